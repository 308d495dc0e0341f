"""The names of MiniStack that the emulator is built on: an upgrade fails here, with the list."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from mlops_rehearsal.emulator.environment import LOCK, emulator_python
from mlops_rehearsal.emulator.server import PLUGIN

VERSION = "1.5.33"
"""For which the shapes in `ministack_aws/engine` were written; after an upgrade read the list."""
ENGINE = PLUGIN / "ministack_aws" / "engine"


def listed(plugin: Path = PLUGIN) -> "subprocess.CompletedProcess[str]":
    """The names that are used, and where the installed MiniStack differs."""
    return subprocess.run(
        [str(emulator_python()), "-m", "ministack_aws.engine"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(plugin), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.pure
def test_the_lock_has_the_version_for_which_the_names_were_written() -> None:
    assert re.findall(r"^ministack==(\S+)", LOCK.read_text(), re.MULTILINE) == [VERSION]


@pytest.mark.pure
def test_every_module_of_the_engine_is_in_the_list() -> None:
    naming = {
        file.stem
        for file in ENGINE.glob("*.py")
        if "import Function" in file.read_text() and not file.stem.startswith("__")
    }
    text = (ENGINE / "__main__.py").read_text()
    assert naming == {name for name in naming if re.search(rf"^    {name},$", text, re.MULTILINE)}


@pytest.mark.app
def test_every_name_is_there_with_the_shape_that_is_expected() -> None:
    found = listed()
    assert found.returncode == 0, found.stdout + found.stderr
    first, *names = found.stdout.splitlines()
    assert first == f"ministack {VERSION}"
    assert len(names) == len(set(names)) > 60


@pytest.mark.app
def test_a_name_that_has_gone_or_changed_is_named(tmp_path: Path) -> None:
    package = tmp_path / "ministack_aws"
    (package / "engine").mkdir(parents=True)
    for file in ENGINE.glob("*.py"):
        text = file.read_text().replace('"_resolve_key"', '"_find_a_key"')
        (package / "engine" / file.name).write_text(text.replace("(name)", "(name, region)"))
    found = listed(tmp_path)
    assert found.returncode == 1
    assert [line for line in found.stdout.splitlines() if line.startswith("!")] == [
        "! ministack.services.kms._find_a_key is not there; expected (key_id_or_arn)",
        "! ministack.services.s3._bucket_owner_account is (name); expected (name, region)",
    ]
