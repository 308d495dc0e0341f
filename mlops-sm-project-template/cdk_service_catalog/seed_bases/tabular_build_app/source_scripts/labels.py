"""Labels that people bring for captured requests, read with every line that says nothing.

Files below the folder `labels` of the captures: CSV with the header `inference_id,label`, or JSON
Lines with these keys. The id is the `InferenceId` that the client gave to InvokeEndpoint; a request
of several rows also needs `row`, from 1.
"""

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from declaration import Declaration
from json_values import meant
from models import text
from tables import REPORTED

ID, ROW, LABEL = "inference_id", "row", "label"
ENDINGS = (".csv", ".jsonl")
Rows = Iterator[tuple[str, Mapping[str, Any] | None]]
"""Where each row is, and what it holds; nothing where that cannot be read."""


@dataclass(frozen=True)
class Label:
    """A label.

    Attributes:
        row: of the request, from 1; nothing: its only one.
        value: a text, or what JSON has besides: a number or a truth.
        where: the file and line that brought it.
    """

    inference_id: str
    row: int | None
    value: str | float
    where: str


@dataclass
class Brought:
    """All labels: `count` of them, `by_id` those that can be used, and why others cannot."""

    count: int = 0
    by_id: dict[str, list[Label]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(folder: Path) -> Brought:
    """Every file below a folder, in the order of names; of two labels for a row the first counts."""
    brought = Brought()
    known: dict[tuple[str, int], str] = {}
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        for where, row in _rows(file, file.relative_to(folder.parent).as_posix()):
            brought.count += 1
            if row is None:
                brought.problems.append(where)
                continue
            try:
                label = _label(where, row)
            except ValueError as error:
                brought.problems.append(f"{where}, {error}")
                continue
            key = label.inference_id, label.row or 1
            if key in known:
                words = f"'{label.inference_id}' has a label already, in {known[key]}"
                brought.problems.append(f"{where}, {ID}: {words}")
                continue
            known[key] = where
            brought.by_id.setdefault(label.inference_id, []).append(label)
    return brought


def value(said: str | float, classes: tuple[str, ...], found: Declaration) -> float:
    """The number, or the place of the class. A truth or a number of JSON is the class that has this
    meaning, as it is in a request.

    Raises:
        ValueError: it is neither; the message says what is allowed.
    """
    if not classes:
        return _number(said)
    column = found.table.label
    if isinstance(said, bool) or (not isinstance(said, str) and not _is_number(found)):
        return classes.index(meant(said, column, classes, found.table))
    name = text(_number(said)) if _is_number(found) else str(said)
    if name not in classes:
        known = ", ".join(classes[:REPORTED])
        raise ValueError(f"'{said}' is none of the classes of the training, such as {known}")
    return classes.index(name)


def _is_number(found: Declaration) -> bool:
    return found.table.columns[found.table.label] == "number"


def _label(where: str, row: Mapping[str, Any]) -> Label:
    """Raises: ValueError, which names the column."""
    said = {key: _text(row.get(key)) for key in (ID, ROW, LABEL)}
    for key in (ID, LABEL):
        if not said[key]:
            raise ValueError(f"{key}: is missing")
    place = said[ROW]
    if place and not (place.isdecimal() and int(place)):
        raise ValueError(f"{ROW}: '{place}' is not a whole number from 1")
    given = row[LABEL]
    value = given if isinstance(given, bool | int | float) else said[LABEL]
    return Label(said[ID], int(place) if place else None, value, where)


def _text(given: Any) -> str:
    return "" if given is None else str(given).strip()


def _rows(file: Path, name: str) -> Rows:
    if file.suffix not in ENDINGS:
        yield f"{name}: is neither {' nor '.join(ENDINGS)}", None
        return
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        yield f"{name}: is not in UTF-8: {error}", None
        return
    yield from _of_csv(lines, name) if file.suffix == ".csv" else _of_json(lines, name)


def _of_csv(lines: list[str], name: str) -> Rows:
    rows = csv.DictReader(lines)
    header = [str(column).strip() for column in rows.fieldnames or ()]
    rows.fieldnames = header
    if not {ID, LABEL} <= set(header):
        told = ",".join(header)[:80]
        yield f"{name}, line 1: the header is '{told}', needed is {ID},{LABEL}", None
        return
    for row in rows:
        yield f"{name}, line {rows.line_num}", row


def _of_json(lines: list[str], name: str) -> Rows:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        where = f"{name}, line {number}"
        yield (where, row) if isinstance(row, dict) else (f"{where}: is no JSON object", None)


def _number(said: str | float) -> float:
    try:
        found = math.nan if isinstance(said, bool) else float(said)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"'{said}' is not a number")
    return found
