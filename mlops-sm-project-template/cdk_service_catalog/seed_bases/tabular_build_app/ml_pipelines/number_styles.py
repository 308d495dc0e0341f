"""How a file writes its numbers: found where every column agrees, asked where it has two readings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ml_pipelines import declared
from ml_pipelines.file_formats import CannotAdopt, FileFormat

DIRT = 0.05
"""Fewer texts than this share among numbers are mistakes, and no category."""
LOOKED_AT = 5_000
"""So many different texts of a column show how it is written; every text is compared with that."""


@dataclass(frozen=True)
class Style:
    """A mark before decimals and one between thousands, or none."""

    decimal: str = "."
    thousands: str = ""

    def reads(self, texts: pd.Series) -> "pd.Series[bool]":
        """Which texts are finite numbers in this style."""
        found = declared.numbers(texts, self.decimal, self.thousands)
        return found.notna() & found.abs().ne(float("inf"))


BELOW_ZERO = r"^(?:\(\s*([0-9.,' ]+)\s*\)|([0-9.,' ]*[0-9])\s*-)$"
CLOCK = r"[-+]?[0-9]{1,3}:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
PLAIN = Style()
STYLES = (
    *(PLAIN, Style(",")),
    *(Style(".", ","), Style(",", "."), Style(".", "'"), Style(".", " "), Style(",", " ")),
    Style(",", "'"),
)
"""In this order where several read everything alike."""


def find(found: FileFormat, apart: Sequence[str] = (), decimal: str = "") -> None:
    """Say in which style the numbers of a file are.

    Args:
        apart: columns that are not looked at.
        decimal: the mark before decimals, where somebody says it.

    Raises:
        CannotAdopt: columns have different ones, or all of them have two readings.
    """
    shown = {
        str(name): _shown(found, str(name))
        for name in found.rows.columns
        if name not in apart and name not in found.numeric
    }
    columns = {name: _read_by(texts) for name, texts in shown.items()}
    columns = {name: styles for name, styles in columns.items() if styles}
    chosen = _chosen(found, columns, shown, decimal)
    found.decimal, found.thousands = chosen.decimal, chosen.thousands
    if chosen != PLAIN:
        found.notes.append(f"numbers: {found.style}")
    for name in found.numeric:
        found.rows[name] = found.rows[name].str.replace(".", chosen.decimal, regex=False)


def is_number(texts: pd.Series, found: FileFormat) -> "pd.Series[bool]":
    """Which texts are finite numbers, as the file writes them."""
    return Style(found.decimal, found.thousands).reads(texts)


def would_be_number(texts: pd.Series) -> "pd.Series[bool]":
    """Which texts are numbers as some file may write them, infinite ones such as 1e9999 too.

    Accounting writes `(12)` and SAP `12-` for what is below zero; 1:30 is one hour and a half.
    """
    result = texts.str.fullmatch("[-+]?inf(inity)?", case=False).astype(bool)
    result |= texts.str.fullmatch(CLOCK).astype(bool)
    texts = texts.str.replace(BELOW_ZERO, r"\g<1>\g<2>", regex=True)
    for style in STYLES:
        result |= declared.numbers(texts, style.decimal, style.thousands).notna()
    return result


def _shown(found: FileFormat, name: str) -> pd.Series:
    texts = pd.Series(found.rows[name].unique()).astype(str).str.strip()
    return texts[(texts != "") & ~texts.isin(found.missing)].head(LOOKED_AT)


def _read_by(texts: pd.Series) -> tuple[Style, ...]:
    """The styles that read all of these texts, else all but a few."""
    if texts.empty or not texts.str.contains("[0-9]").mean() > 1 - DIRT:
        return ()
    reads: dict[tuple[str, str], float] = {}
    shares: dict[Style, float] = {}
    marks = [mark for mark in ".,' " if texts.str.contains(f"[{declared.signs(mark)}]").any()]
    for style in STYLES:
        # Marks that no text has make no difference.
        seen = tuple(mark if mark in marks else "" for mark in (style.decimal, style.thousands))
        if seen not in reads:
            reads[seen] = float(style.reads(texts).mean())
        shares[style] = reads[seen]
    best = max(shares.values())
    return tuple(style for style in STYLES if shares[style] == best) if best > 1 - DIRT else ()


def _chosen(
    found: FileFormat,
    columns: Mapping[str, tuple[Style, ...]],
    shown: Mapping[str, pd.Series],
    decimal: str,
) -> Style:
    agreed = [style for style in STYLES if all(style in each for each in columns.values())]
    if decimal:
        agreed = [style for style in agreed if style.decimal == decimal]
    if not agreed:
        raise CannotAdopt(f"{found.name}: {_disagreement(found, columns, decimal)}")
    if len({style.decimal for style in agreed}) > 1:
        _check_one_reading(found, columns, shown)
    return agreed[0]


def _check_one_reading(
    found: FileFormat, columns: Iterable[str], shown: Mapping[str, pd.Series]
) -> None:
    """Refuse marks that may stand before decimals as well as between thousands."""
    for name in columns:
        marked = shown[name][shown[name].str.contains("[.,]")]
        if marked.empty:
            continue
        text = marked.iloc[0]
        mark = "," if "," in text else "."
        raise CannotAdopt(
            f"{found.name}: {name} is '{text}': is '{mark}' before decimals, or between thousands? "
            f"No column decides it; say --decimal {mark} or --decimal {'.' if mark == ',' else ','}"
        )


def _disagreement(found: FileFormat, columns: Mapping[str, tuple[Style, ...]], decimal: str) -> str:
    """Two columns that no style reads, or one that this mark does not fit."""
    for name, styles in columns.items():
        if decimal and not any(style.decimal == decimal for style in styles):
            row, text = _first(found, name, styles, (Style(decimal),))
            return f"row {row}: {name} is '{text}', which has no '{decimal}' before decimals"
    (first, styles), *others = columns.items()
    other = next((n for n, each in others if not {*each} & {*styles}), others[-1][0])
    row, text = _first(found, first, styles, columns[other])
    place, said = _first(found, other, columns[other], styles)
    return (
        f"numbers are written in two ways: row {row}: {first} is '{text}', row {place}: {other} is "
        f"'{said}'; write them in one way, or say --category or --ignore of one of them"
    )


def _first(
    found: FileFormat, name: str, styles: Sequence[Style], others: Sequence[Style]
) -> tuple[int, str]:
    """The first text of a column that other styles do not read, with its row."""
    texts = found.rows[name].astype(str).str.strip()
    telling = styles[0].reads(texts)
    for style in others:
        telling &= ~style.reads(texts)
    place = int((telling if telling.any() else styles[0].reads(texts)).to_numpy().argmax())
    return place + 1, str(texts.iloc[place])
