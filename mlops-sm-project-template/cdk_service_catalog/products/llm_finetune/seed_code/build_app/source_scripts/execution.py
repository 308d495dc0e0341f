"""Execution accuracy: a query is right when it gives what the right one gives.

The measure of Spider (Yu et al., 2018) and BIRD (Li et al., 2023): both queries run, and their
results are compared, in their order only where the right query asks for one.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from databases import QUOTED, filled
from queries import QueryFailed, Rows, build, connection, result

ORDERED = re.compile(r"\border\s+by\b", re.IGNORECASE)
INNERMOST = re.compile(r"\([^()]*\)")
DIGITS = 9
"""Significant ones: sums of the same numbers in another order differ after them."""


class Useless(ValueError):
    """An example that cannot tell a right answer from a wrong one."""


def verdict(row: Mapping[str, str], given: str) -> str:
    """Why an answer is wrong; nothing when it is right."""
    right = row["response"]
    for database in _databases(row["context"], right, row.get("rows", "")):
        expected = result(database, right)
        try:
            found = result(database, given)
        except QueryFailed as error:
            return f"it does not run: {error}"
        if not alike(expected, found, ordered=is_ordered(right)):
            return f"another result: {_shown(found)} instead of {_shown(expected)}"
    return ""


def check(row: Mapping[str, str]) -> None:
    """See that an example can be tested with.

    Raises:
        QueryFailed: its schema or its query is wrong.
        Useless: its query gives the same on every database, or too much.
    """
    empty, *others = _databases(row["context"], row["response"], row.get("rows", ""))
    nothing = result(empty, row["response"])
    if all(alike(nothing, result(other, row["response"]), ordered=True) for other in others):
        raise Useless("the query gives the same with rows as without; give rows of your own")


def alike(expected: Rows, found: Rows, *, ordered: bool) -> bool:
    """Whether two results are the same; columns count by their place, as in BIRD."""
    first, second = ([tuple(map(_plain, row)) for row in rows] for rows in (expected, found))
    return first == second if ordered else Counter(first) == Counter(second)


def is_ordered(query: str) -> bool:
    """Whether the query as a whole asks for an order, not a part of it."""
    text = QUOTED.sub("''", query)
    while INNERMOST.search(text):
        text = INNERMOST.sub(" ", text)
    return ORDERED.search(text) is not None


@lru_cache(maxsize=64)
def _databases(schema: str, query: str, rows: str) -> tuple[sqlite3.Connection, ...]:
    found = filled(schema, query)
    if rows:
        own = connection()
        build(own, schema)
        build(own, rows)
        found.append(own)
    return tuple(found)


def _plain(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _shown(rows: Rows) -> str:
    return f"{len(rows)} rows, the first {rows[0]!r:.100}" if rows else "no rows"
