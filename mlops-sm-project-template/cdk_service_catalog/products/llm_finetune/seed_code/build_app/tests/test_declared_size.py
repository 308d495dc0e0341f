"""A base model is declared with its size, and the machines that it needs are compared with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ml_pipelines.declared import BadDeclaration, read
from ml_pipelines.sources import REPOSITORY


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gigabytes": 16.1}, "machines.training: ml.g5.2xlarge (one GPU of 22.4 GiB"),
        ({"gigabytes": 30}, "machines.inference: ml.g5.xlarge (one GPU of 22.4 GiB"),
        ({"gigabytes": 5000}, "no machine holds it"),
    ],
)
def test_a_machine_that_is_too_small_is_refused_with_its_line(
    tmp_path: Path, changes: Mapping[str, Any], words: str
) -> None:
    content = yaml.safe_load((REPOSITORY / "project.yml").read_text())
    content["model"] |= changes
    file = tmp_path / "project.yml"
    file.write_text(yaml.safe_dump(content))
    (tmp_path / content["data"]["file"]).parent.mkdir()
    (tmp_path / content["data"]["file"]).touch()
    with pytest.raises(BadDeclaration) as raised:
        read(file)
    told = [line for line in str(raised.value).splitlines() if words.split(": ")[-1] in line]
    assert told, str(raised.value)
    assert told[0].startswith("project.yml, line ")
    assert read(file, sized=False).model.gigabytes == changes["gigabytes"]
