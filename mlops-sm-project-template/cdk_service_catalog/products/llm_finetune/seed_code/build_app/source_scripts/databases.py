"""Databases to tell queries apart: tables of an example's schema, filled with what its query asks.

An empty table gives the same answer to many questions. So the rows are drawn from the words and
numbers of the right query, what is next to them, and others. Source of the method: Zhong, Yu and
Klein, "Semantic Evaluation for Text-to-SQL with Distilled Test Suites" (2020).
"""

import random
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from queries import build, connection

QUOTED = re.compile(r"'((?:[^']|'')*)'")
NUMBER = re.compile(r"(?<![\w.'])\d+(?:\.\d+)?(?![\w'])")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KINDS = (
    ("BOOL", "flag"),
    ("INT", "integer"),
    ("DATE", "date"),
    ("TIME", "date"),
    *((word, "text") for word in ("CHAR", "CLOB", "TEXT")),
    *((word, "real") for word in ("REAL", "FLOA", "DOUB", "DEC", "NUM")),
)
"""By the name of a column's type (SQLite, "Datatypes In SQLite", 3.1, and two more)."""
WORDS = ("amber", "Birch", "cedar", "Delta", "elm", "Fjord", "grove", "Harbour")
SIZES, MOST_COUNTED = (0, 6, 80), 100
KEYS, MISSING = 12, 0.05
"""Rows that others refer to, so that some have many; the share of values that are missing."""


@dataclass(frozen=True)
class Column:
    """A column as SQLite knows it."""

    name: str
    kind: str
    needed: bool
    unique: bool


def tables(database: sqlite3.Connection) -> dict[str, list[Column]]:
    """The tables of a database, in the order of their names."""
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = sorted(name for (name,) in database.execute(named))
    return {name: _columns(database, name) for name in names}


def schema_of(script: str) -> str:
    """The tables and columns of CREATE statements, the same however they are written.

    Raises:
        QueryFailed: they make no tables.
    """
    database = connection()
    build(database, script)
    return "; ".join(
        sorted(
            f"{name}({', '.join(sorted(column.name.lower() for column in columns))})".lower()
            for name, columns in tables(database).items()
        )
    )


def filled(script: str, query: str) -> list[sqlite3.Connection]:
    """Databases of a schema, of several sizes, the same at every call; the first is empty.

    Where the query counts to a number, groups of the last have this size, one more, and one less.

    Raises:
        QueryFailed: the statements make no tables.
    """
    numbers = [int(text) for text in NUMBER.findall(query) if "." not in text]
    counted = max((number for number in numbers if number <= MOST_COUNTED), default=0)
    sizes = [(size, 0) for size in SIZES]
    sizes += [(KEYS * (counted + 1), counted)] if counted else []
    made = []
    for number, (size, group) in enumerate(sizes):
        database = connection()
        build(database, script)
        for place, (name, columns) in enumerate(tables(database).items()):
            # Tables of one size could not be told apart by counting.
            filling = _Filling(
                size + 5 * place if size else 0, group, query, random.Random(f"{number} {name}")
            )
            _fill(database, name, columns, filling)
        made.append(database)
    return made


@dataclass(frozen=True)
class _Filling:
    size: int
    group: int
    query: str
    draw: random.Random

    def drawn(self, pool: Sequence[Any]) -> list[Any]:
        """Values of a pool: each where there is room, and the first more often than the last; or
        in groups of a size."""
        if not self.group:
            once = pool if self.size > len(pool) else []
            more = range(self.size - len(once))
            often = [pool[int(len(pool) * self.draw.random() ** 3)] for _ in more]
            return self.draw.sample([*once, *often], self.size)
        each = (value for turn, value in enumerate(pool) for _ in range(self.group - 1 + turn % 3))
        found = [*each][: self.size]
        found += [pool[-1]] * (self.size - len(found))
        return self.draw.sample(found, len(found))


def _columns(database: sqlite3.Connection, table: str) -> list[Column]:
    found = []
    for _, name, declared, needed, _, key in database.execute(f"PRAGMA table_info({_name(table)})"):
        kind = next((kind for word, kind in KINDS if word in declared.upper()), "text")
        unique = bool(key) or name.lower() == "id"
        found.append(Column(name, kind, bool(needed), unique))
    return found


def _fill(
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[Column],
    filling: _Filling,
) -> None:
    values = [_values(column, filling) for column in columns]
    places = ", ".join("?" for _ in columns)
    # A row that breaks a rule of the schema is left out.
    database.executemany(
        f"INSERT OR IGNORE INTO {_name(table)} VALUES ({places})", zip(*values, strict=True)
    )


def _values(column: Column, filling: _Filling) -> list[Any]:
    size, draw = filling.size, filling.draw
    if column.unique and column.kind in ("integer", "real"):
        return [*range(1, size + 1)]
    if column.unique:
        return [f"{WORDS[row % len(WORDS)]} {row}" for row in range(size)]
    if column.name.lower().endswith("id") and column.kind == "integer":
        pool: list[Any] = [*range(1, KEYS + 1)]
    else:
        pool = _pool(column.kind, filling.query, draw)
    drawn = filling.drawn(pool)
    if column.needed or filling.group:
        return drawn
    return [None if draw.random() < MISSING else value for value in drawn]


def _pool(kind: str, query: str, draw: random.Random) -> list[Any]:
    texts = [text.replace("''", "'") for text in QUOTED.findall(query)]
    numbers = [float(text) for text in NUMBER.findall(QUOTED.sub(" ", query))]
    days = [day for text in texts for day in DAY.findall(text)]
    if kind == "flag":
        return [0, 1]
    if kind == "date" or (kind == "text" and days):
        near = [_day(day, step) for day in days for step in (0, 1, -1, 40, -400)]
        return _mixed(
            [*near, *(_day("2000-01-01", draw.randint(0, 9_000)) for _ in range(30))], draw
        )
    if kind == "text":
        plain = [text.replace("%", "").replace("_", "x") for text in texts]
        return _mixed([*plain, *(f"{text}{WORDS[0]}" for text in plain), *WORDS], draw)
    near_numbers = [number + step for number in numbers for step in (0, 1, -1)]
    largest = int(max(numbers, default=50))
    others = [draw.randint(0, 3 * largest + 20) for _ in range(40)]
    if kind == "integer":
        return _mixed([int(number) for number in (*near_numbers, *others)], draw)
    return _mixed([*near_numbers, *(number + draw.random() for number in others)], draw)


def _mixed(pool: list[Any], draw: random.Random) -> list[Any]:
    """In another order for each column, so that two columns differ in what is frequent."""
    return draw.sample(pool, len(pool))


def _day(text: str, step: int) -> str:
    try:
        return (date.fromisoformat(text) + timedelta(days=step)).isoformat()
    except (ValueError, OverflowError):
        return text


def _name(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"'
