"""`project.yml` is checked before anything runs, and each problem has its line."""

import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from declaration import ALGORITHMS, HYPERPARAMETERS, METRICS, declared

from ml_pipelines.declared import SCHEMA, BadDeclaration, read
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY, Sources

GOOD: dict[str, Any] = {
    "data": {
        "file": "data/some.csv",
        "label": "y",
        "columns": {"id": "category", "x": "number", "when": "date", "y": "number"},
        "identifier": "id",
    },
    "task": "regression",
    "gate": {"metric": "mse"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "some.csv").touch()
    return tmp_path


def written(folder: Path, *changes: tuple[str, Any]) -> Path:
    """A declaration with other values at some places, such as `gate.metric`."""
    content = deepcopy(GOOD)
    for path, value in changes:
        *parents, last = path.split(".")
        place = content
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value
    file = folder / "project.yml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return file


def test_features_are_what_is_neither_label_nor_named_otherwise(folder: Path) -> None:
    assert read(written(folder)).table.features == ("x", "when")
    ignored = read(written(folder, ("data.ignored", ["x"])))
    assert ignored.table.features == ("when",)
    assert "x" not in ignored.table.kept


@pytest.mark.parametrize(
    ("path", "value", "line", "words"),
    [
        ("gate.metric", "auc", 12, "'auc' is not for regression; allowed are mse"),
        ("gate.at_least", 3, 13, "less is better: use the other bound"),
        ("gate.slices", ["x"], 13, "'x' is not a category that jobs see; those are id"),
        ("gate.worse_than_approved", -1, 13, "less than the minimum"),
        ("gate.metric", "nothing", 12, "'nothing' is not one of"),
        ("task", "clustering", 10, "'clustering' is not one of"),
        ("task", "binary", 10, "a binary task needs 'positive'"),
        ("positive", "1", 13, "only a binary task has a positive class"),
        ("data.label", "z", 3, "'z' is not a column; the columns are id, x, when, y"),
        ("data.label", "id", 10, "the label of a regression is a number, 'id' is category"),
        ("data.ignored", ["id"], 10, "'id' is the identifier"),
        ("data.time", "id", 10, "'id' must be of the type date or number"),
        ("data.dates", {"x": "%d.%m.%Y"}, 11, "'x' is not a column of the type date"),
        ("data.dates", {"when": "%d."}, 11, "'%d.' does not say year and month, as %d.%m.%Y does"),
        ("data.dates", {"when": "iso"}, 11, "does not match"),
        (
            "data.columns.when month",
            "number",
            9,
            "'when month' is what the model makes of the date",
        ),
        ("data.columns.when weekday", "category", 9, "makes of the date 'when': give it another"),
        ("data.thousands", ".", 10, "'.' has two meanings"),
        ("data.columns.x", "float", 6, "'float' is not one of"),
        ("data.file", "/etc/passwd", 2, "does not match"),
        ("data.file", "data/none.csv", 2, "there is no data/none.csv"),
        ("split.by", "group", 14, "a split by group needs data.group"),
        ("split.by", "stratified", 14, "no classes to be stratified by"),
        ("split.test", 2, 14, "greater than the maximum"),
        ("model.hyperparameters.leaves", "many", 15, "is not of type 'integer'"),
        ("data.colums", {}, 1, "'colums' was unexpected"),
    ],
)
def test_each_problem_has_its_line(
    folder: Path, path: str, value: Any, line: int, words: str
) -> None:
    with pytest.raises(BadDeclaration) as raised:
        read(written(folder, (path, value)))
    told = [text for text in str(raised.value).splitlines() if words in text]
    assert told, str(raised.value)
    assert f"project.yml, line {line}:" in "\n".join(told), told


def test_a_column_that_nobody_learns_from_may_be_called_like_part_of_a_date(folder: Path) -> None:
    months = (("data.columns.when month", "number"), ("data.ignored", ["when month"]))
    assert read(written(folder, *months)).table.features == ("x", "when")


@pytest.mark.parametrize("text", ["", "[]", "a: [", "data: &a [*a]", "\0"])
def test_a_file_that_is_no_declaration_is_refused(folder: Path, text: str) -> None:
    (folder / "project.yml").write_text(text)
    with pytest.raises(BadDeclaration, match="project.yml"):
        read(folder / "project.yml")


def test_schema_and_code_know_the_same_names() -> None:
    schema = yaml.safe_load(SCHEMA.read_text())["properties"]
    metrics = {name for names in METRICS.values() for name in names}
    assert metrics == {*schema["gate"]["properties"]["metric"]["enum"]}
    assert [*METRICS] == schema["task"]["enum"]
    defaults = schema["model"]["properties"]["hyperparameters"]["properties"]
    assert {name: entry["default"] for name, entry in defaults.items()} == HYPERPARAMETERS
    plain = declared(GOOD)
    split = schema["split"]["properties"]
    assert {name: entry["default"] for name, entry in split.items()} == vars(plain.split)
    machines = schema["machines"]["properties"]
    assert {name: entry["default"] for name, entry in machines.items()} == vars(plain.machines)
    assert tuple(schema["model"]["properties"]["algorithm"]["enum"]) == ALGORITHMS
    gate = schema["gate"]["properties"]
    named = {name: vars(plain.gate)[name] for name, entry in gate.items() if "default" in entry}
    assert {**named, "slices": [*plain.gate.slices]} == {
        name: entry["default"] for name, entry in gate.items() if "default" in entry
    }
    assert {*gate} == {*vars(plain.gate)}
    monitoring = schema["monitoring"]["properties"]
    assert {name: entry["default"] for name, entry in monitoring.items()} == {
        **vars(plain.monitoring),
        "ignored": [*plain.monitoring.ignored],
    }
    data = schema["data"]["properties"]
    assert {*vars(plain.table)} == {*data}


def test_the_declaration_lies_where_the_scripts_of_a_job_look_for_it() -> None:
    keys = [upload.key for upload in Sources(EXAMPLE).uploads()]
    assert f"sources/{Sources(EXAMPLE).digest}/source_scripts/project.yml" in keys


def test_another_declaration_is_another_source(tmp_path: Path) -> None:
    for name in ("source_scripts", "data"):
        (tmp_path / name).mkdir()
    before = Sources(EXAMPLE, tmp_path).digest
    (tmp_path / "project.yml").write_text((REPOSITORY / "project.yml").read_text())
    assert Sources(EXAMPLE, tmp_path).digest != before


def test_a_wrong_declaration_compiles_no_pipeline_and_is_told_without_a_traceback(
    tmp_path: Path,
) -> None:
    copy = tmp_path / "repository"
    shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    file = copy / "project.yml"
    file.write_text(file.read_text().replace("metric:", "metrics:"))
    done = subprocess.run(
        [sys.executable, "-m", "ml_pipelines.get_pipeline_definition", "--example"],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "project.yml, line" in done.stderr
    assert "Traceback" not in done.stderr
