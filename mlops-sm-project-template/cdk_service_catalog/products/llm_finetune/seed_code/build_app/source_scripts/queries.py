"""Queries that a model wrote, run as what they are: text of a stranger.

A query only reads. It reaches no file and no other database, sets nothing, and ends when it takes
too many steps, rows or bytes. Source: SQLite, "Defense Against The Dark Arts".
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

Rows = list[tuple[Any, ...]]

STEPS_BETWEEN, MAXIMUM_CALLS, SECONDS = 1_000, 10_000, 10
"""Ten million steps of SQLite's virtual machine; the seconds are for a machine that is slow."""
MAXIMUM_ROWS, MAXIMUM_BYTES, MEMORY = 10_000, 10_000_000, 256 * 2**20
LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 500,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 50,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}
BUILDING = {
    *READING,
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_CREATE_INDEX,
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_UPDATE,  # of the schema, by CREATE
    sqlite3.SQLITE_REINDEX,
    sqlite3.SQLITE_TRANSACTION,
}
FUNCTIONS = {
    *("abs", "avg", "cast", "ceil", "ceiling", "coalesce", "count", "cume_dist", "date"),
    *("datetime", "dense_rank", "first_value", "floor", "glob", "group_concat", "hex"),
    *("ifnull", "iif", "instr", "julianday", "lag", "last_value", "lead", "length", "like"),
    *("lower", "ltrim", "max", "min", "mod", "nth_value", "ntile", "nullif", "percent_rank"),
    *("power", "pow", "rank", "replace", "round", "row_number", "rtrim", "sign", "sqrt"),
    *("strftime", "string_agg", "substr", "substring", "sum", "time", "total", "trim"),
    *("typeof", "unicode", "upper"),
}
"""Those of SQL that answer the same every time."""


class QueryFailed(Exception):
    """A query that gives no result; the message says why."""


def connection() -> sqlite3.Connection:
    """An empty database in memory that takes CREATE and INSERT and nothing else."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    for limit, value in LIMITS.items():
        made.setlimit(limit, value)
    for setting in (f"hard_heap_limit={MEMORY}", "temp_store=MEMORY", "trusted_schema=OFF"):
        made.execute(f"PRAGMA {setting}")
    return made


def build(database: sqlite3.Connection, script: str) -> None:
    """Make tables and rows.

    Raises:
        QueryFailed: the script does something else, or is wrong.
    """
    with _allowing(database, BUILDING):
        database.executescript(script)


def result(database: sqlite3.Connection, query: str) -> Rows:
    """The rows of one query.

    Raises:
        QueryFailed: it is wrong, does more than read, or asks for too much.
    """
    found: Rows = []
    size = 0
    with _allowing(database, READING):
        for row in database.execute(query):
            found.append(row)
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            if len(found) > MAXIMUM_ROWS or size > MAXIMUM_BYTES:
                raise QueryFailed(f"more than {MAXIMUM_ROWS} rows or {MAXIMUM_BYTES} bytes")
    return found


@contextmanager
def _allowing(database: sqlite3.Connection, actions: set[int]) -> Iterator[None]:
    def authorised(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            allowed = str(second).lower() in FUNCTIONS
        elif action == sqlite3.SQLITE_UPDATE:
            allowed = str(first) in ("sqlite_master", "sqlite_sequence")
        else:
            allowed = action in actions
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    calls, end = 0, monotonic() + SECONDS

    def too_long() -> bool:
        nonlocal calls
        calls += 1
        return calls > MAXIMUM_CALLS or monotonic() > end

    database.set_authorizer(authorised)
    database.set_progress_handler(too_long, STEPS_BETWEEN)
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning, MemoryError, ValueError, OverflowError) as error:
        raise QueryFailed(str(error) or type(error).__name__) from None
    finally:
        database.set_progress_handler(None, 0)
        database.set_authorizer(None)
