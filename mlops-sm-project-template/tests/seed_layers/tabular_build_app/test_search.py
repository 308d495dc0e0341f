"""The search for hyperparameters: on rows that the gate does not look at, and the same every time."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_tables import BINARY, REGRESSION, table
from search import best, trials
from splits import split

from ml_pipelines.declared import BadDeclaration, read

SEARCHED = {
    found.task: replace(found, trials=6, search={"iterations": (1, 60), "leaves": (2, 31)})
    for found in (REGRESSION, BINARY)
}


def searched(task: str, *fixed: str) -> list[tuple[float, dict[str, float]]]:
    found = SEARCHED[task]
    parts = split(table(found), found)
    chosen = {**found.hyperparameters, "iterations": 2}
    return trials(parts["train"], parts["validation"], found, chosen, fixed)


@pytest.mark.parametrize("task", SEARCHED)
def test_the_best_trial_is_taken_and_a_second_search_is_the_first(task: str) -> None:
    tried = searched(task)
    assert len(tried) == 6
    assert tried[0][1]["iterations"] == 2
    values = [value for value, _ in tried]
    # Both metrics are errors.
    assert best(SEARCHED[task], tried) == tried[values.index(min(values))][1]
    assert min(values) < values[0]
    for _, chosen in tried[1:]:
        assert 1 <= chosen["iterations"] <= 60
        assert chosen["leaves"] == round(chosen["leaves"])
        assert chosen["learning-rate"] == tried[0][1]["learning-rate"]
    assert searched(task) == tried


def test_what_a_job_was_given_is_not_searched() -> None:
    assert {chosen["leaves"] for _, chosen in searched("regression", "leaves")} == {15}
    assert searched("regression", "leaves", "iterations") == []
    assert "iterations" not in SEARCHED["regression"].given
    assert SEARCHED["regression"].given["learning-rate"] == 0.05


def test_a_score_is_better_when_it_is_larger_and_no_number_is_worst() -> None:
    tried = [(math.nan, {"leaves": 1.0}), (0.5, {"leaves": 2.0}), (0.7, {"leaves": 3.0})]
    accuracy = replace(BINARY, gate=replace(BINARY.gate, metric="accuracy"))
    assert best(accuracy, tried) == {"leaves": 3.0}
    assert best(BINARY, tried) == {"leaves": 2.0}


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ({"leaves": [63, 7]}, "63 to 7 is no range"),
        ({"trials": 5}, "a search needs a range, such as leaves"),
        ({"seed": [1, 2]}, "'seed' is not one of"),
        ({"leaves": [7]}, "is too short"),
    ],
)
def test_a_search_that_cannot_be_is_refused(
    search: dict[str, Any], words: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").touch()
    (tmp_path / "project.yml").write_text(
        "data: {file: data/x.csv, label: y, columns: {x: number, y: number}}\n"
        f"task: regression\nmodel: {{search: {search}}}\ngate: {{metric: mse}}\n"
    )
    with pytest.raises(BadDeclaration, match=words):
        read(tmp_path / "project.yml")
