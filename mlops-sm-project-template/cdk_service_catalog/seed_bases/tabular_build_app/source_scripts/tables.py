"""How a file becomes rows of the declared table: columns by name, types, missing values."""

import csv
import difflib
import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import parquet
from declaration import MADE_OF_DATES, Table
from written import days, numbers

ABSENT = ("nan", "None", "<NA>", "NaT")
"""How programs write a number or a date that is not there. In a category these may be names."""
LONGEST = 2**31 - 1
"""Characters of a text: what a computer of any kind can count."""
THURSDAY = 3
"""1970-01-01, where Monday is 0."""
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

    What is scored has its label not yet, and where it has names of columns, also what names a row.

    Raises:
        BadData: not such a file, or columns are missing.
    """
    # Without a header and a label, a row is what a request is: the features, and nothing else.
    columns = tuple(table.columns) if labelled else table.features
    rows, others, has_names = _by_name(file, table, columns)
    needed = [*table.features, *([table.label] if labelled else [])]
    if labelled:
        needed += [name for name in (table.group, table.time) if name]
    elif has_names and table.identifier:
        needed.append(table.identifier)
    if absent := [name for name in needed if name not in rows.columns]:
        raise BadData(
            f"{file.name}: column '{absent[0]}' is missing{_nearest(absent[0], others)}; "
            f"needed are {_list(needed)}"
        )
    if others:
        print(f"{file.name}: not declared, so not used: {_list(others)}")
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
        BadData: a header has a name twice, or in other capitals than it is declared; without a
            header, the number of values does not fit.
    """
    if is_header(rows, features):
        first = _first(rows)
        if twice := next((text for text in first if text and first.count(text) > 1), ""):
            raise BadData(f"{name}: the header has '{twice}' twice")
        by_fold = {text.casefold(): text for text in first}
        for wanted in dict.fromkeys((*columns, *features)):
            if wanted not in first and (other := by_fold.get(wanted.casefold())):
                raise BadData(
                    f"{name}: the header has '{other}', declared is '{wanted}'; name it so"
                )
        return rows.iloc[1:].set_axis(first, axis="columns")
    if rows.shape[1] != len(columns):
        raise BadData(
            f"{name}: {rows.shape[1]} values in a row and no header, {len(columns)} are needed: "
            + _list(columns)
        )
    return rows.set_axis(list(columns), axis="columns")


def is_header(rows: pd.DataFrame, features: Sequence[str]) -> bool:
    """Whether the first row holds the names of most features, in capitals or not."""
    first = {text.casefold() for text in _first(rows)}
    return sum(feature.casefold() in first for feature in features) * 2 > len(features)


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
        days = np.floor(found[column].to_numpy(dtype=np.float64))
        known = np.isfinite(days)
        # No nanoseconds, which reach from 1677 to 2262 only.
        months = days[known].astype(np.int64).astype("datetime64[D]").astype("datetime64[M]")
        month, weekday = MADE_OF_DATES
        found[f"{column} {month}"] = np.nan
        found.loc[known, f"{column} {month}"] = months.astype(np.int64) % 12 + 1.0
        found[f"{column} {weekday}"] = (days + THURSDAY) % 7
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


def _by_name(
    file: Path, table: Table, columns: Sequence[str]
) -> tuple[pd.DataFrame, Sequence[str], bool]:
    """The texts of a file, columns that nobody has declared, and whether it says any names."""
    if file.suffix.lower() == ".parquet":
        found = _parquet(file, table)
        return found.rows, found.left_out, True
    content = _csv(file, table)
    rows = named(content, table.features, columns, file.name)
    others = [str(name) for name in rows.columns if name not in table.columns]
    return rows, others, is_header(content, table.features)


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


def _parquet(file: Path, table: Table) -> parquet.Parquet:
    """The texts of a file, in which numbers that are no texts have the declared form too."""
    try:
        return parquet.read(file, table.columns, table.decimal)
    except ValueError as error:
        raise BadData(str(error)) from None


def _how(table: Table, column: str) -> str:
    """How this table writes such a value, where it is another way than the usual one."""
    if table.columns[column] == "date":
        return f" written as {table.dates[column]}" if column in table.dates else ""
    if (table.decimal, table.thousands) == (".", ""):
        return ""
    between = f", '{table.thousands}' between thousands" if table.thousands else ""
    return f" with '{table.decimal}' before decimals{between}"


def _first(rows: pd.DataFrame) -> list[str]:
    return [str(text).strip() for text in rows.iloc[0]]


def _nearest(name: str, others: Sequence[str]) -> str:
    """The column that may be meant, in words; capitals make no difference."""
    by_fold = {other.casefold(): other for other in others}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    return f", '{by_fold[found[0]]}' is there" if found else ""


def _list(names: Sequence[str]) -> str:
    shown = names[:REPORTED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more
