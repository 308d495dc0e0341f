"""Rows of the declared table, for tests that hold for whatever is declared."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from tables import read

from ml_pipelines import declared
from ml_pipelines.sources import REPOSITORY

DECLARED = declared.read()
TABLE = DECLARED.table
FEATURES = TABLE.features
DATA = REPOSITORY / TABLE.file


def data_file() -> Path:
    """The file of data, or the first of the folder."""
    return DATA if DATA.is_file() else sorted(file for file in DATA.rglob("*") if file.is_file())[0]


def rows(count: int, *, spread: bool = False) -> list[dict[str, str]]:
    """The first rows of the data as somebody would ask for them: texts by the feature's name.

    Args:
        spread: rows of the whole file instead.
    """
    frame = _frame(count, spread)
    texts = [{name: written(name, row[name]) for name in FEATURES} for _, row in frame.iterrows()]
    assert len(texts) == count
    return texts


def labels(count: int) -> list[str | float]:
    """What is true of the rows of the whole file."""
    return list(_frame(count, spread=True)[TABLE.label])


def _frame(count: int, spread: bool) -> pd.DataFrame:
    found = read(data_file(), TABLE)
    # Drawn at random: a table may repeat itself, with a store in every tenth row.
    return found.sample(min(count, len(found)), random_state=0) if spread else found.head(count)


def written(name: str, value: object) -> str:
    """A value as the file writes it."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return ""
    assert isinstance(value, float | int)
    if TABLE.columns[name] == "date":
        moment = pd.Timestamp(value, unit="D")
        return moment.strftime(TABLE.dates[name]) if name in TABLE.dates else moment.isoformat()
    return repr(value).replace(".", TABLE.decimal)


def as_csv(found: Sequence[dict[str, str]], *, header: bool = False, without: str = "") -> str:
    """The rows as a request in CSV."""
    names = [name for name in FEATURES if name != without]
    text = io.StringIO()
    lines = ([names] if header else []) + [[row[name] for name in names] for row in found]
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def as_json(found: Sequence[dict[str, str]]) -> str:
    """The rows as a request in JSON, in which a number is a number."""
    return json.dumps(
        {"instances": [{name: _json(name, row[name]) for name in row} for row in found]}
    )


def _json(name: str, text: str) -> str | float:
    is_number = TABLE.columns[name] == "number" and text
    return float(text.replace(TABLE.decimal, ".")) if is_number else text
