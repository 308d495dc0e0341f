"""A value of a request as the text that the training has seen for it, or why there is none.

A file writes true, True or TRUE, and 1, 1.0 or 1,0; JSON has one way for each, and a text that is
written another way than in the training would be an unknown category without a word. The texts that
the training has seen lie beside the serving code.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from declaration import Table
from written import as_text, numbers

Ways = Mapping[object, Sequence[str]]
"""Texts by what they mean."""

FILE = "categories.json"
TRUTHS = ("true", "false")
AS_NUMBERS = {"true": 1, "false": 0}
WHOLE = r"[-+]?[0-9]{1,400}"
"""Of more digits Python may make no number, and nobody writes them."""
LEADING_ZEROS = r"[-+]?0[0-9].*"


@dataclass(frozen=True)
class Seen:
    """What the training has seen of each category.

    Attributes:
        texts: of a column, those that JSON may write otherwise: a truth as its lower case, or a
            number.
        known: of a column all of them, as `_alike` reads them.
    """

    table: Table
    texts: Mapping[str, Ways] = field(default_factory=dict)
    known: Mapping[str, Ways] = field(default_factory=dict)

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

    def otherwise(self, rows: pd.DataFrame) -> Iterator[tuple[int, str]]:
        """Categories that the training has seen, and written another way: rows from 1, and words.

        They differ in capitals, in spaces, or in how a number or a truth is written.
        """
        for name in self.known.keys() & set(rows.columns):
            known, texts = self.known[name], [str(text) for text in pd.unique(rows[name])]
            for text, read in zip(texts, _alike(texts, self.table), strict=True):
                ways = known.get(read, ())
                if ways and text not in ways:
                    seen = " and ".join(repr(way) for way in ways)
                    words = f"{name} is '{text}', which the training has seen as {seen}"
                    yield int((rows[name] == text).to_numpy().argmax()) + 1, words

    def unknown(self, said: pd.Series) -> "pd.Series[bool]":
        """Which texts of a category the training has not seen; what is missing is not meant."""
        known = self.known.get(str(said.name))
        if not known:
            return pd.Series(False, index=said.index)
        texts = {text for ways in known.values() for text in ways}
        return ~said.isin({*texts, ""})


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


def leave(folder: Path, seen: Mapping[str, Sequence[str]]) -> None:
    """Write beside the serving code which texts the training has seen."""
    text = json.dumps(
        {name: [*texts] for name, texts in seen.items()}, ensure_ascii=False, indent=1
    )
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read(folder: Path, table: Table) -> Seen:
    """What lies beside the serving code; nothing where no training has left it."""
    file = folder / FILE
    content = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return seen_in(content, table)


def seen_in(content: Mapping[str, Sequence[str]], table: Table) -> Seen:
    """What a training has left, as it is asked."""
    known: dict[str, dict[object, list[str]]] = {}
    for name, texts in content.items():
        ways = known.setdefault(name, {})
        for text, read in zip(texts, _alike(texts, table), strict=True):
            if text:  # else it is missing, in no way or another
                ways.setdefault(read, []).append(text)
    return Seen(table, {name: _by_meaning(texts, table) for name, texts in content.items()}, known)


def _alike(texts: Sequence[str], table: Table) -> list[object]:
    """What texts that people and programs write for one thing have in common.

    Whole numbers stay exact, however many digits they have: they may be names.
    """
    plain = [" ".join(unicodedata.normalize("NFKC", t).split()).casefold() for t in texts]
    values = numbers(pd.Series(plain, dtype=str), table.decimal, table.thousands)
    return [_meaning(text, number) for text, number in zip(plain, values, strict=True)]


def _meaning(plain: str, number: float) -> object:
    if plain in AS_NUMBERS:
        return AS_NUMBERS[plain]
    if re.fullmatch(WHOLE, plain):
        return int(plain)
    return plain if pd.isna(number) else float(number)


def _by_meaning(texts: Sequence[str], table: Table) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    values = numbers(pd.Series(texts, dtype=str), table.decimal, table.thousands)
    for text, number in zip(texts, values, strict=True):
        if text.lower() in TRUTHS:
            found.setdefault(text.lower(), []).append(text)
        elif pd.notna(number):
            found.setdefault(float(number), []).append(text)
    return found
