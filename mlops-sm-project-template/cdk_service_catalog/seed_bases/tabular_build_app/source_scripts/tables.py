"""How a file becomes rows of the declared table: columns by name, types, missing values."""

import csv
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import parquet
from declaration import Table
from written import days, numbers

ABSENT = ("nan", "None", "<NA>", "NaT")
"""How programs write a number or a date that is not there. In a category these may be names."""
LONGEST = 2**31 - 1
"""Characters of a text: what a computer of any kind can count."""
REPORTED = 10
"""So many problems of a file are told; more would hide the first."""


class BadData(Exception):
    """A file does not hold the table; the message says where and what."""


def read_folder(folder: Path, table: Table, *, labelled: bool = True) -> pd.DataFrame:
    """Read all files below a folder, as an input or a channel of a job holds them.

    Raises:
        BadData: there is none, or one does not hold the table.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if not files:
        raise BadData(f"{folder} holds no file")
    return pd.concat([read(file, table, labelled=labelled) for file in files], ignore_index=True)


def read(file: Path, table: Table, *, labelled: bool = True) -> pd.DataFrame:
    """Read a file: CSV with or without a header (also `.gz`), or Parquet.

    Args:
        labelled: the label must be there; else it is left out.

    Raises:
        BadData: not such a file, columns are missing, or values that are not of their type.
    """
    return typed(texts(file, table, labelled=labelled), table, file.name)


def texts(file: Path, table: Table, *, labelled: bool = True) -> pd.DataFrame:
    """The declared columns of a file as the texts that it holds.

    Raises:
        BadData: not such a file, or columns are missing.
    """
    # Without a header and a label, a row is what a request is: the features, and nothing else.
    columns = tuple(table.columns) if labelled else table.features
    if file.suffix.lower() == ".parquet":
        rows = _parquet(file, table)
    else:
        rows = named(_csv(file, table), table.features, columns, file.name)
    needed = [*table.features, *([table.label] if labelled else [])]
    if labelled:
        needed += [name for name in (table.group, table.time) if name]
    if absent := [name for name in needed if name not in rows.columns]:
        raise BadData(f"{file.name}: column '{absent[0]}' is missing; needed are {_list(needed)}")
    _tell_extra(file, [str(name) for name in rows.columns if name not in table.columns])
    wanted = [name for name in table.kept if labelled or name != table.label]
    kept = [name for name in wanted if name in rows.columns]
    return rows[kept].reset_index(drop=True)


def named(
    rows: pd.DataFrame, features: Sequence[str], columns: Sequence[str], name: str
) -> pd.DataFrame:
    """Texts with the names of their columns: those of the first row, where it is a header.

    Args:
        features: a first row that holds most of them is a header.
        columns: what a row without a header holds, in order.

    Raises:
        BadData: a header has a name twice; without a header, the number of values does not fit.
    """
    first = [str(text).strip() for text in rows.iloc[0]]
    if sum(feature in first for feature in features) * 2 > len(features):
        if twice := next((text for text in first if text and first.count(text) > 1), ""):
            raise BadData(f"{name}: the header has '{twice}' twice")
        return rows.iloc[1:].set_axis(first, axis="columns")
    if rows.shape[1] != len(columns):
        raise BadData(
            f"{name}: {rows.shape[1]} values in a row and no header, {len(columns)} are needed: "
            + _list(columns)
        )
    return rows.set_axis(list(columns), axis="columns")


def typed(rows: pd.DataFrame, table: Table, name: str) -> pd.DataFrame:
    """Texts as numbers and dates where these are declared; what is missing stays missing.

    A date becomes days since 1970-01-01.

    Raises:
        BadData: a value is not of its type; the message names row and column, the first ten.
    """
    found: dict[str, pd.Series] = {}
    wrong: list[tuple[int, str]] = []
    for column in rows.columns:
        kind = table.columns[str(column)]
        names = kind in ("category", "text")
        said = rows[column].astype(object).where(rows[column].notna(), "").astype(str).str.strip()
        said = said.mask(said.isin({*table.missing, *(() if names else ABSENT)}), "")
        if names:
            found[column] = said
            continue
        if kind == "number":
            values = numbers(said, table.decimal, table.thousands)
        else:
            values = days(said, table.dates.get(str(column), ""))
        found[column] = values
        bad = said[(said != "") & ~np.isfinite(values)]
        wrong += [
            (int(str(place)) + 1, f"{column} is '{text}', not a {kind}{_how(table, str(column))}")
            for place, text in bad.head(REPORTED).items()
        ]
    if wrong:
        told = [f"row {row}: {words}" for row, words in sorted(wrong)[:REPORTED]]
        raise BadData(f"{name}, " + "\n".join(told))
    return pd.DataFrame(found, index=rows.index)


def inputs(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """What the model is fitted on: the features, and of each date also month and weekday."""
    found = rows[list(table.features)].copy()
    for column in table.of_type("date"):
        days = pd.to_datetime(found[column], unit="D", errors="coerce")
        found[f"{column} month"] = days.dt.month
        found[f"{column} weekday"] = days.dt.dayofweek
    return found


def check_complete(rows: pd.DataFrame, column: str, why: str = "") -> None:
    """Refuse rows that say nothing in a column.

    Args:
        why: the column is needed.

    Raises:
        BadData: the message names the rows, from 1, the first ten of them.
    """
    said = rows[column]
    places = np.flatnonzero((said.isna() | (said.astype(str) == "")).to_numpy())
    if len(places):
        told = [f"row {place + 1}: {column} is missing{why}" for place in places[:REPORTED]]
        more = len(places) - len(told)
        raise BadData("\n".join([*told, *[f"and in {more} rows more"] * bool(more)]))


def short_row(lines: Iterable[str], separator: str) -> str:
    """Which row ends too early, in words: pandas would take what it lacks for missing values."""
    width = 0
    csv.field_size_limit(LONGEST)
    reader = csv.reader(lines, delimiter=separator)
    for row in reader:
        width = width or len(row)
        if row and len(row) < width:
            return f"line {reader.line_num} has {len(row)} values, line 1 has {width}"
    return ""


def _csv(file: Path, table: Table) -> pd.DataFrame:
    rows = _rows(file, table)
    with (gzip.open if file.suffix.lower() == ".gz" else open)(
        file, "rt", encoding="utf-8-sig", newline=""
    ) as lines:
        if short := short_row(lines, table.separator):
            raise BadData(f"{file.name}: {short}")
    return rows


def _rows(file: Path, table: Table) -> pd.DataFrame:
    try:
        return pd.read_csv(
            file,
            header=None,
            dtype=str,
            keep_default_na=False,
            sep=table.separator,
            encoding="utf-8-sig",
        )
    except pd.errors.EmptyDataError:
        raise BadData(f"{file.name} is empty") from None
    except (pd.errors.ParserError, UnicodeDecodeError, OSError, EOFError) as error:
        raise BadData(f"{file.name} is not a CSV file in UTF-8: {error}") from None


def _parquet(file: Path, table: Table) -> pd.DataFrame:
    """The texts of a file, in which numbers that are no texts have the declared form too."""
    try:
        found = parquet.read(file, table.columns, table.decimal)
    except ValueError as error:
        raise BadData(str(error)) from None
    _tell_extra(file, found.left_out)
    return found.rows


def _tell_extra(file: Path, names: Sequence[str]) -> None:
    if names:
        print(f"{file.name}: not declared, so not used: {_list(names)}")


def _how(table: Table, column: str) -> str:
    """How this table writes such a value, where it is another way than the usual one."""
    if table.columns[column] == "date":
        return f" written as {table.dates[column]}" if column in table.dates else ""
    if (table.decimal, table.thousands) == (".", ""):
        return ""
    between = f", '{table.thousands}' between thousands" if table.thousands else ""
    return f" with '{table.decimal}' before decimals{between}"


def _list(names: Sequence[str]) -> str:
    shown = names[:REPORTED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
