"""A label of JSON means what a request of JSON means."""

import json
from dataclasses import replace
from pathlib import Path

import labels
import pytest
from made_tables import BINARY, REGRESSION

CODED = replace(
    BINARY, table=replace(BINARY.table, columns={**BINARY.table.columns, "y": "number"})
)


def read(folder: Path, *values: object) -> list[str | float]:
    lines = [json.dumps({"inference_id": f"a{n}", "label": v}) for n, v in enumerate(values)]
    (folder / "day.jsonl").write_text("\n".join(lines))
    brought = labels.read(folder)
    assert brought.problems == []
    return [label.value for (label,) in brought.by_id.values()]


@pytest.mark.parametrize(
    ("value", "classes", "place"),
    [
        (True, ("FALSE", "TRUE"), 1),
        (False, ("False", "True"), 0),
        (1, ("0.0", "1.0"), 1),
        (1.0, ("0", "1"), 1),
        ("TRUE", ("FALSE", "TRUE"), 1),
    ],
)
def test_a_truth_and_a_number_are_the_class_that_has_their_meaning(
    value: object, classes: tuple[str, ...], place: int, tmp_path: Path
) -> None:
    (said,) = read(tmp_path, value)
    assert labels.value(said, classes, BINARY) == place


@pytest.mark.parametrize(
    ("value", "classes", "words"),
    [
        (True, ("no", "yes"), "y is true, which the training has not seen"),
        (True, ("0", "1"), "y is true, which the training has not seen"),
        (True, ("TRUE", "tRUE"), "seen as 'TRUE' and 'tRUE'"),
        (2, ("0", "1"), "y is 2, which is none of 0, 1"),
        ("true", ("FALSE", "TRUE"), "'true' is none of the classes of the training"),
    ],
)
def test_what_means_no_class_or_two_is_refused(
    value: object, classes: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (said,) = read(tmp_path, value)
    with pytest.raises(ValueError, match=words):
        labels.value(said, classes, BINARY)


def test_a_line_ends_where_its_file_ends_it_and_nowhere_else(tmp_path: Path) -> None:
    odd = "a\u2028b\x85c\x0bd"
    row = json.dumps({"inference_id": odd, "label": "no"}, ensure_ascii=False)
    (tmp_path / "day.jsonl").write_text(f"{row}\n\n", encoding="utf-8")
    (tmp_path / "day.csv").write_text(f"inference_id,label\r\n{odd} 2,no\r\n", encoding="utf-8")
    brought = labels.read(tmp_path)
    assert (brought.count, brought.problems) == (2, [])
    assert {*brought.by_id} == {odd, f"{odd} 2"}


def test_classes_that_are_numbers_are_numbers_in_json_too(tmp_path: Path) -> None:
    one, two = read(tmp_path, 1, 1.0)
    assert labels.value(one, ("0", "1"), CODED) == labels.value(two, ("0", "1"), CODED) == 1
    with pytest.raises(ValueError, match="y is true, which the training has not seen"):
        labels.value(True, ("0", "1"), CODED)


def test_a_truth_is_no_number_of_a_regression(tmp_path: Path) -> None:
    number, truth = read(tmp_path, 2.5, True)
    assert labels.value(number, (), REGRESSION) == 2.5
    with pytest.raises(ValueError, match="'True' is not a number"):
        labels.value(truth, (), REGRESSION)
