"""A value of JSON as the text that the table has for it.

A file writes true, True or TRUE, and 1, 1.0 or 1,0; JSON has one way for each. The texts that the
training has seen say which one is meant: they lie beside the serving code.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from declaration import Table
from written import as_text, numbers

FILE = "categories.json"
TRUTHS = ("true", "false")
LEADING_ZEROS = r"[-+]?0[0-9].*"


@dataclass(frozen=True)
class Seen:
    """What the training has seen of each category that JSON may write otherwise.

    Attributes:
        texts: of a column, by what they mean: a truth as its lower case, or a number.
    """

    table: Table
    texts: Mapping[str, Mapping[object, Sequence[str]]] = field(default_factory=dict)

    def text(self, value: Any, name: str) -> str:
        """The text of a value of a column, an empty one where it is missing.

        Raises:
            ValueError: a truth that the training has not seen, a number where it has seen truths, or
                one that it has seen in several ways or with leading zeros.
        """
        if value is None or value != value:  # Python's JSON has NaN.
            return ""
        said = as_text(value, self.table.decimal)
        if isinstance(value, str) or name not in self.texts:
            return said
        meant: object = said.lower() if isinstance(value, bool) else float(value)
        ways = self.texts[name].get(meant, ())
        if said in ways:
            return said
        if len(ways) == 1 and not re.fullmatch(LEADING_ZEROS, ways[0]):
            return ways[0]
        if not ways and not isinstance(value, bool) and self.texts[name].keys().isdisjoint(TRUTHS):
            return said
        seen = f"seen as {' and '.join(repr(way) for way in ways)}" if ways else "not seen"
        raise ValueError(
            f"{name} is {json.dumps(value)}, which the training has {seen}: send the text that the "
            "file has"
        )


def meant(value: Any, name: str, texts: Sequence[str], table: Table) -> str:
    """Which of the texts of a column a value of JSON means.

    Raises:
        ValueError: none of them, or several.
    """
    found = Seen(table, {name: _by_meaning(texts, table)}).text(value, name)
    if found not in texts:
        known = ", ".join(texts)
        raise ValueError(f"{name} is {json.dumps(value)}, which is none of {known}")
    return found


def leave(folder: Path, seen: Mapping[str, Sequence[str]], table: Table) -> None:
    """Write beside the serving code which texts JSON may write otherwise."""
    content = {
        name: [text for each in _by_meaning(texts, table).values() for text in each]
        for name, texts in seen.items()
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read(folder: Path, table: Table) -> Seen:
    """What lies beside the serving code; nothing where no training has left it."""
    file = folder / FILE
    content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return Seen(table, {name: _by_meaning(texts, table) for name, texts in content.items()})


def _by_meaning(texts: Sequence[str], table: Table) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    values = numbers(pd.Series(texts, dtype=str), table.decimal, table.thousands)
    for text, number in zip(texts, values, strict=True):
        if text.lower() in TRUTHS:
            found.setdefault(text.lower(), []).append(text)
        elif pd.notna(number):
            found.setdefault(float(number), []).append(text)
    return found
