"""A second table takes away nothing that somebody has declared, unless he says so."""

import random
from pathlib import Path

import pytest
import yaml

from ml_pipelines.adopt import main
from ml_pipelines.declared import read
from ml_pipelines.kept import EXAMPLE
from ml_pipelines.sources import DECLARATION

SOURCE = random.Random(11)
OWN = {
    "purpose": "Tells who leaves.",
    "split": {"by": "stratified", "test": 0.2},
    "model": {"algorithm": "xgboost", "hyperparameters": {"leaves": 31}},
    "machines": {"training": "ml.m5.2xlarge"},
    "monitoring": {"drift": 0.2, "ignored": ["tenure", "plan"]},
    "gate": {"metric": "auc", "slices": ["plan", "place"], "at_least": 0.7},
}


def csv(*columns: str) -> str:
    values = {
        "tenure": lambda: SOURCE.randint(0, 70),
        "plan": lambda: SOURCE.choice(["basic", "pro"]),
        "place": lambda: SOURCE.choice(["north", "south"]),
        "amount": lambda: f"{SOURCE.uniform(1, 9):.2f}",
        "left": lambda: SOURCE.choice(["yes", "no"]),
    }
    rows = [",".join(str(values[name]()) for name in columns) for _ in range(60)]
    return "\n".join([",".join(columns), *rows, ""])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose table has been adopted, and whose declaration has been worked on."""
    root = tmp_path / "repository"
    (root / "data").mkdir(parents=True)
    file = tmp_path / "customers.csv"
    file.write_text(csv("tenure", "plan", "place", "left"))
    assert main([str(file), "--label", "left"], root) == 0
    content = yaml.safe_load((root / DECLARATION).read_text()) | OWN
    (root / DECLARATION).write_text(yaml.safe_dump(content, sort_keys=False))
    read(root / DECLARATION)
    return root


def contents(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*.*")}


def test_what_would_change_is_said_and_nothing_is_written(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    file = root.parent / "june.csv"
    file.write_text(csv("tenure", "plan", "amount", "left"))
    assert main([str(file), "--label", "left"], root) == 1
    error = capsys.readouterr().err
    for line in (
        "data.file: data/customers.csv -> data/june.csv",
        "data.columns.place: category -> nothing",
        "data.columns.amount: nothing -> number",
        "gate.slices: ['plan', 'place'] -> ['plan']",
    ):
        assert line in error
    assert "Say --replace" in error
    assert "purpose" not in error
    assert "model" not in error
    assert contents(root) == before


def test_what_does_not_depend_on_the_table_stays(root: Path) -> None:
    file = root.parent / "june.csv"
    file.write_text(csv("tenure", "amount", "plan", "left"))
    assert main([str(file), "--label", "left", "--replace"], root) == 0
    found = read(root / DECLARATION)
    assert found.purpose == OWN["purpose"]
    assert (found.algorithm, found.hyperparameters["leaves"]) == ("xgboost", 31)
    assert found.machines.training == "ml.m5.2xlarge"
    assert (found.monitoring.drift, found.monitoring.ignored) == (0.2, ("tenure", "plan"))
    assert (found.gate.metric, found.gate.slices, found.gate.at_least) == ("auc", ("plan",), 0.7)
    assert (found.split.by, found.split.test) == ("stratified", 0.2)
    assert found.table.features == ("tenure", "amount", "plan")


def test_another_question_has_another_purpose_and_gate_and_the_same_machines(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root.parent / "june.csv"
    file.write_text(csv("tenure", "amount", "plan", "left"))
    assert main([str(file), "--label", "amount"], root) == 1
    error = capsys.readouterr().err
    assert "purpose: Tells who leaves. -> nothing" in error
    assert "gate.metric: auc -> rmse" in error
    assert main([str(file), "--label", "amount", "--replace"], root) == 0
    found = read(root / DECLARATION)
    assert (found.task, found.purpose, found.gate.at_least) == ("regression", "", None)
    assert found.machines.training == "ml.m5.2xlarge"


def test_a_file_of_the_same_name_is_not_replaced_in_silence(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    file = root.parent / "customers.csv"
    file.write_text(csv("tenure", "plan", "place", "left"))
    assert main([str(file), "--label", "left"], root) == 1
    said = "data/customers.csv: the file of this name has another content"
    assert said in capsys.readouterr().err
    assert contents(root) == before
    assert main([str(file), "--label", "left", "--replace"], root) == 0
    assert (root / "data" / "customers.csv").read_bytes() == file.read_bytes()


def test_the_same_table_again_changes_nothing_and_keeps_comments(root: Path) -> None:
    with (root / DECLARATION).open("a") as file:
        file.write("# why 0.7: the meeting of 3 May\n")
    before = contents(root)
    assert main([str(root / "data" / "customers.csv"), "--label", "left"], root) == 0
    assert contents(root) == before


def test_a_declaration_that_cannot_be_read_is_not_replaced_in_silence(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / DECLARATION).write_text("data: [")
    table = str(root / "data" / "customers.csv")
    assert main([table, "--label", "left"], root) == 1
    assert f"{DECLARATION} cannot be read" in capsys.readouterr().err
    assert main([table, "--label", "left", "--replace"], root) == 0
    assert read(root / DECLARATION).task == "binary"


def test_a_dry_run_says_what_would_change(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(root)
    file = root.parent / "june.csv"
    file.write_text(csv("tenure", "amount", "plan", "left"))
    assert main([str(file), "--label", "left", "--dry-run"], root) == 0
    assert "changes: data.file: data/customers.csv -> data/june.csv" in capsys.readouterr().out
    assert contents(root) == before


def test_the_example_of_a_new_project_makes_place(root: Path) -> None:
    content = yaml.safe_load((root / DECLARATION).read_text())
    content["data"]["file"] = EXAMPLE
    (root / DECLARATION).write_text(yaml.safe_dump(content, sort_keys=False))
    assert main([str(root / "data" / "customers.csv"), "--label", "left"], root) == 0
    assert read(root / DECLARATION).purpose == ""
