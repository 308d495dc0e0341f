"""`project.yml` is checked before anything runs, and each problem has its line."""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from declaration import Data, Gate, Machines, Model, Split

from ml_pipelines.declared import SCHEMA, BadDeclaration, read
from ml_pipelines.sources import REPOSITORY

HERE = yaml.safe_load((REPOSITORY / "project.yml").read_text())


def written(folder: Path, *changes: tuple[str, Any]) -> Path:
    """This repository's declaration with other values at some places, such as `gate.metric`."""
    content = deepcopy(HERE)
    for path, value in changes:
        *parents, last = path.split(".")
        place = content
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value
    file = folder / "project.yml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    data = folder / content["data"]["file"]
    if data.is_relative_to(folder):
        data.parent.mkdir(exist_ok=True)
        data.touch()
    return file


def test_the_declaration_of_this_repository_is_right() -> None:
    assert read().gate.metric == HERE["gate"]["metric"]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("gate.metric", "nothing", "gate.metric: 'nothing' is not"),
        ("gate.minimum_rows", 0, "less than the minimum"),
        ("gate.better_than_base_model", -1, "less than the minimum"),
        ("gate.at_leats", 1, "'at_leats' was unexpected"),
        ("task", "poetry", "'poetry' is not one of"),
        ("split.test", 0.9, "greater than the maximum"),
        ("model.base", "../other/", "does not match"),
        ("model.hyperparameters.learning_rate", "fast", "is not of type 'number'"),
        ("model.hyperparameters.rank", 1, "'rank' was unexpected"),
        ("machines.training", "m5.large", "does not match"),
        ("data.file", "/etc/passwd", "does not match"),
    ],
)
def test_each_problem_has_its_line(tmp_path: Path, path: str, value: Any, words: str) -> None:
    with pytest.raises(BadDeclaration) as raised:
        read(written(tmp_path, (path, value)))
    told = [text for text in str(raised.value).splitlines() if words in text]
    assert told, str(raised.value)
    assert told[0].startswith("project.yml, line ")


def test_data_that_are_not_there_are_missed(tmp_path: Path) -> None:
    file = written(tmp_path)
    (tmp_path / HERE["data"]["file"]).unlink()
    with pytest.raises(BadDeclaration, match="there is no data/"):
        read(file)


@pytest.mark.parametrize("text", ["", "[]", "a: [", "data: &a [*a]", "\0"])
def test_a_file_that_is_no_declaration_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "project.yml").write_text(text)
    with pytest.raises(BadDeclaration, match="project.yml"):
        read(tmp_path / "project.yml")


def test_schema_and_code_have_the_same_defaults() -> None:
    schema = yaml.safe_load(SCHEMA.read_text())["properties"]
    plain = {
        "data": Data(file=""),
        "split": Split(),
        "model": Model(),
        "machines": Machines(),
        "gate": Gate(metric=""),
    }
    for part, values in plain.items():
        for name, entry in schema[part]["properties"].items():
            assert hasattr(values, name), (part, name)
            assert entry.get("default", getattr(values, name)) == getattr(values, name), (
                part,
                name,
            )


def test_the_schema_knows_the_hyperparameters_of_the_training() -> None:
    pytest.importorskip("torch")
    import train

    schema = yaml.safe_load(SCHEMA.read_text())["properties"]["model"]["properties"]
    assert {*schema["hyperparameters"]["properties"]} == {*vars(train.Hyperparameters())}


def test_a_wrong_declaration_is_told_without_a_traceback(tmp_path: Path) -> None:
    copy = tmp_path / "repository"
    shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    file = copy / "project.yml"
    file.write_text(file.read_text().replace("metric:", "metrics:"))
    for command in (["get_pipeline_definition", "--example"], ["run_locally", "base-model"]):
        done = subprocess.run(
            [sys.executable, "-m", f"ml_pipelines.{command[0]}", *command[1:]],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "project.yml, line" in done.stderr
        assert "Traceback" not in done.stderr
