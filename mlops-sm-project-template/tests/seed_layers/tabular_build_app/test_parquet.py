"""A Parquet file is read as the CSV file of the same table, or refused by the name of a column."""

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from tables import BadData, read

from ml_pipelines import declared
from ml_pipelines.adopt import main

ROWS = 60
SOURCE = random.Random(9)
LABEL = [SOURCE.choice(["yes", "no"]) for _ in range(ROWS)]
SIZE = [SOURCE.random() for _ in range(ROWS)]
LONG = 9007199254740993
"""More digits than a float keeps."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository" / "data").mkdir(parents=True)
    return tmp_path / "repository"


def put(root: Path, *columns: tuple[str, Any]) -> Path:
    names, values = zip(*columns, ("size", SIZE), ("y", LABEL), strict=True)
    file = root.parent / "table.parquet"
    parquet.write_table(pa.table([pa.array(each) for each in values], names=list(names)), file)
    return file


def framed(root: Path, rows: pd.DataFrame) -> Path:
    rows.to_parquet(root.parent / "table.parquet")
    return root.parent / "table.parquet"


def adopted(root: Path, file: Path, *told: str) -> pd.DataFrame:
    """The rows as jobs read them."""
    assert main([str(file), "--label", "y", *told], root) == 0
    table = declared.read(root / "project.yml").table
    return read(root / table.file, table)


def test_whole_numbers_stay_whole_beside_missing_ones(root: Path) -> None:
    grades = pa.array([None if n == 5 else n % 3 for n in range(ROWS)], pa.int64())
    ledgers = pa.array([None if n == 7 else LONG + n for n in range(ROWS)], pa.int64())
    told = ("--category", "grade", "--category", "ledger")
    rows = adopted(root, put(root, ("grade", grades), ("ledger", ledgers)), *told)
    assert {*rows["grade"]} == {"", "0", "1", "2"}
    assert rows["ledger"].iloc[0] == str(LONG)
    assert rows["ledger"].nunique() == ROWS


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([("size", SIZE)], "has 'size' twice; rename one"),
        ([(" size ", SIZE)], "has 'size' twice; rename one"),
        ([("", SIZE)], "column 1 has no name"),
        ([("raw", [bytes([n, 255]) for n in range(ROWS)])], "column 'raw' is of the type binary"),
        ([("many", [[n, n] for n in range(ROWS)])], "column 'many' is of the type list"),
        ([("deep", [{"a": n} for n in range(ROWS)])], "column 'deep' is of the type struct"),
    ],
)
def test_columns_that_are_no_texts_or_have_no_name_are_refused(
    root: Path, capsys: pytest.CaptureFixture[str], columns: list[tuple[str, Any]], words: str
) -> None:
    assert main([str(put(root, *columns)), "--label", "y"], root) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: table.parquet: ")
    assert words in said


def test_one_column_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = framed(root, pd.DataFrame({"y": LABEL}))
    assert main([str(file), "--label", "y"], root) == 1
    assert "table.parquet has one column" in capsys.readouterr().err


def test_spaces_around_names_are_nobody_s(root: Path) -> None:
    assert "amount" in adopted(root, put(root, (" amount ", SIZE)))


PLAIN = pd.DataFrame({"size": SIZE, "y": LABEL})
INDEXED = {
    "of texts": PLAIN.set_axis([f"C{n}" for n in range(ROWS)]),
    "of two levels": PLAIN.set_axis(
        pd.MultiIndex.from_arrays([[f"{n}" for n in range(ROWS)], range(ROWS)])
    ),
    "with copies": pd.concat([PLAIN, PLAIN.assign(size=[n + 2.0 for n in SIZE])]),
    "of some rows": PLAIN[pd.Series(LABEL).eq("yes") | (pd.Series(SIZE) > 0.3)],
}


@pytest.mark.parametrize("name", INDEXED)
def test_an_index_of_pandas_is_no_part_of_the_table(root: Path, name: str) -> None:
    rows = adopted(root, framed(root, INDEXED[name]))
    assert rows["y"].tolist() == INDEXED[name]["y"].tolist()
    assert [*rows.columns] == ["size", "y"]


@pytest.mark.parametrize("name", INDEXED)
def test_the_row_of_a_mistake_is_counted_from_the_first(
    root: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    rows = INDEXED[name].copy()
    rows["y"] = [None if place == 20 else label for place, label in enumerate(rows["y"])]
    assert main([str(framed(root, rows)), "--label", "y"], root) == 1
    assert "table.parquet, row 21: 1 row has no y" in capsys.readouterr().err


def test_an_index_with_a_name_is_told(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adopted(root, framed(root, INDEXED["of texts"].rename_axis("customer")))
    assert "'customer' is an index of pandas and no column" in capsys.readouterr().out


def test_jobs_look_at_declared_columns_alone(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adopted(root, put(root, ("amount", SIZE)))
    table = declared.read(root / "project.yml").table
    later = put(root, ("amount", SIZE), ("raw", [b"\xff"] * ROWS))
    capsys.readouterr()
    assert len(read(later, table)) == ROWS
    assert "not declared, so not used: raw" in capsys.readouterr().out
    with pytest.raises(BadData, match="column 'amount' is of the type binary"):
        read(put(root, ("amount", [b"\xff"] * ROWS)), table)
