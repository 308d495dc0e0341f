"""What somebody's file is like: encoding, separator, decimals, texts that mean nothing."""

import csv
import gzip
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ml_pipelines import declared

SEPARATORS = ",;\t|"
MISSING = (
    *("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?", "-", "--", "."),
    # What pandas writes.
    *("<NA>", "NaT"),
    # What spreadsheets write where a formula has failed.
    *("#N/A", "#NV", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"),
)
ENCODINGS = ("utf-8-sig", "cp1252")
SUFFIXES = (".csv", ".csv.gz", ".data", ".txt", ".tsv", ".parquet")
SAMPLE = 65_536
NUMBER = r"[-+]?[0-9][0-9.,' ]*([eE][-+]?[0-9]+)?|[-+]?[.,][0-9]+"
TITLE = "If the file begins with a title, delete it: the header is the first line"


UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Signs without width: a table of str.translate that takes them out."""


def visible(text: str) -> str:
    """A text in which signs that nobody sees, or that look like others, are written as escapes."""
    composed = unicodedata.is_normalized("NFC", text)
    return "".join(
        sign
        if sign.isprintable() and (composed or not unicodedata.combining(sign))
        else ascii(sign)[1:-1]
        for sign in text
    )


class CannotAdopt(Exception):
    """The file is not a table that a model can learn from; the message says what to do."""


@dataclass(kw_only=True)
class FileFormat:
    """A file, looked at.

    Attributes:
        rows: every value as a text.
        name: of the file.
        numeric: columns that hold numbers and no texts, as Parquet knows them.
        notes: what is said to whoever adopts it.
    """

    rows: pd.DataFrame
    name: str = ""
    numeric: tuple[str, ...] = ()
    separator: str = ","
    encoding: str = "utf-8-sig"
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def style(self) -> str:
        """How numbers are written, in words."""
        between = f", '{self.thousands}' between thousands" if self.thousands else ""
        return f"'{self.decimal}' before decimals{between}"

    def options(self) -> dict[str, object]:
        """What differs from a plain CSV file, for the declaration."""
        found: dict[str, object] = {}
        for name, plain in (("separator", ","), ("decimal", "."), ("thousands", "")):
            if getattr(self, name) != plain:
                found[name] = getattr(self, name)
        return found | ({"missing": list(self.missing)} if self.missing else {})

    def content(self, file: Path) -> bytes:
        """The file as the jobs read it: in UTF-8."""
        if self.encoding == ENCODINGS[0]:
            return file.read_bytes()
        text = _bytes(file).decode(self.encoding).encode("utf-8")
        return gzip.compress(text, mtime=0) if file.suffix.lower() == ".gz" else text


def look_at(
    file: Path,
    columns: Sequence[str] = (),
    missing: Sequence[str] = (),
    not_missing: Sequence[str] = (),
) -> FileFormat:
    """Read a file as texts, whatever it is like.

    Args:
        columns: the names, where the file has no header.
        missing: further texts that mean nothing.
        not_missing: texts that are values, though they often mean nothing.

    Raises:
        CannotAdopt: no such file, not a table, or without header and names.
    """
    if not file.is_file():
        raise CannotAdopt(f"there is no file {file}")
    if not file.name.lower().endswith(SUFFIXES):
        allowed = ", ".join(SUFFIXES)
        raise CannotAdopt(f"{file.name} is not one of {allowed}: save the table as CSV in UTF-8")
    found = _parquet(file) if file.suffix.lower() == ".parquet" else _csv(file, columns)
    found.name = file.name
    if len(found.rows) < 20:
        raise CannotAdopt(f"{file.name} has {len(found.rows)} rows, 20 are needed")
    known = dict.fromkeys((*MISSING, *missing))
    _find_missing(found, [text for text in known if text not in not_missing])
    return found


def _find_missing(found: FileFormat, known: Sequence[str]) -> None:
    where: dict[str, list[str]] = {}
    for name in found.rows:
        for text in {str(text).strip() for text in found.rows[name].unique()} & {*known}:
            where.setdefault(text, []).append(str(name))
    found.missing = tuple(text for text in known if text in where)
    if found.missing:
        told = ", ".join(f"{text} ({_shortened(where[text])})" for text in found.missing)
        found.notes.append(
            f"missing values: {told}, and the empty text; if one of them is a value, say "
            f"--not-missing '{found.missing[0]}'"
        )


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more columns" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _csv(file: Path, columns: Sequence[str]) -> FileFormat:
    content = _bytes(file)
    encoding, text = _decoded(file, content)
    separator = _separator(text[:SAMPLE])
    try:
        rows = pd.read_csv(
            file,
            sep=separator,
            encoding=encoding,
            dtype=str,
            keep_default_na=False,
            header=None,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise CannotAdopt(f"{file.name} is not a CSV file: {_said(error)}") from None
    if short := declared.short_row(io.StringIO(text, newline=""), separator):
        raise CannotAdopt(f"{file.name}: {short}")
    names = _header(file, rows)
    if columns and names:
        raise CannotAdopt(
            f"{file.name} has a header already: {', '.join(names[:5])}; leave --columns out, or "
            "delete the line"
        )
    if not columns:
        # Not by pandas, which gives a name that is there twice another one.
        columns, rows = names or _refused(file, rows), rows.iloc[1:].reset_index(drop=True)
    if len(columns) != rows.shape[1]:
        raise CannotAdopt(f"--columns has {len(columns)} names, a row has {rows.shape[1]} values")
    rows.columns = pd.Index([str(name).strip() for name in columns])
    found = FileFormat(rows=rows, separator=separator, encoding=encoding)
    _leave_out_unnamed(file, found)
    _check_names(file, found.rows)
    if encoding != ENCODINGS[0]:
        found.notes.append(f"{file.name} is not UTF-8 but {encoding}: the copy in data/ is UTF-8")
    return found


def _said(error: Exception) -> str:
    """What pandas says of a file, in words that help where it has none."""
    if found := re.search(r"EOF inside string starting at row (\d+)", str(error)):
        return f"in line {int(found[1]) + 1} a quote is opened that nothing closes"
    found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if not found:
        return str(error).strip()
    expected, line, seen = found.groups()
    title = f". {TITLE}" if int(line) < 10 else ""
    return f"line {line} has {seen} values, line 1 has {expected}{title}"


def _header(file: Path, rows: pd.DataFrame) -> list[str]:
    """The names in the first row, where it has some."""
    first = [str(text).strip() for text in rows.iloc[0]]
    named = [place for place, text in enumerate(first) if text not in ("", *MISSING)]
    numbers = [place for place in named if re.fullmatch(NUMBER, first[place])]
    if len(numbers) * 2 <= len(named):
        return first
    # Names may be years: a word above numbers is no value of theirs.
    words = (rows.iloc[1:, place] for place in named if place not in numbers)
    return first if any(_holds_numbers(column) for column in words) else []


def _holds_numbers(column: pd.Series) -> bool:
    texts = column.astype(str).str.strip()
    texts = texts[~texts.isin(("", *MISSING))]
    return len(texts) > 0 and bool(texts.str.fullmatch(NUMBER).mean() > 0.9)


def _refused(file: Path, rows: pd.DataFrame) -> list[str]:
    first = ", ".join(str(text) for text in rows.iloc[0].head(5))
    raise CannotAdopt(
        f"{file.name} has no header: its first row is {first}; name the {rows.shape[1]} columns: "
        "--columns first,second,...; or if these are names, write a letter before each"
    )


def _leave_out_unnamed(file: Path, found: FileFormat) -> None:
    """Columns without a name and a meaning: an index of pandas, a separator at the end of lines."""
    names = [str(name) for name in found.rows.columns]
    for place in (place for place, name in enumerate(names) if not name):
        texts = found.rows.iloc[:, place].str.strip()
        if (texts == "").all():
            what = "no value"
        elif _counts(texts):
            what = "counts the rows"
        else:
            raise CannotAdopt(
                f"{file.name}: column {place + 1} has no name; write one into its header. {TITLE}"
            )
        found.notes.append(f"column {place + 1} has no name and {what}: it is not used")
    found.rows = found.rows.loc[:, [bool(name) for name in names]]


def _counts(texts: pd.Series) -> bool:
    return any(texts.tolist() == [str(n + first) for n in range(len(texts))] for first in (0, 1))


def _parquet(file: Path) -> FileFormat:
    try:
        read = declared.read_parquet(file)
    except ValueError as error:
        raise CannotAdopt(str(error)) from None
    found = FileFormat(rows=read.rows, numeric=read.numeric)
    if read.index:
        names = " and ".join(f"'{name}'" for name in read.index)
        found.notes.append(
            f"{names} is an index of pandas and no column: it is not used; reset_index() before "
            "to_parquet() makes it one"
        )
    _leave_out_unnamed(file, found)
    _check_names(file, found.rows)
    return found


def _check_names(file: Path, rows: pd.DataFrame) -> None:
    names = [str(name) for name in rows.columns]
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        raise CannotAdopt(f"{file.name}: the header has '{twice}' twice; rename one")
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(unicodedata.normalize("NFKC", name).translate(UNSEEN), name)
        if other != name:
            raise CannotAdopt(
                f"{file.name}: the header has '{visible(other)}' and '{visible(name)}', which look "
                "alike; rename one"
            )
    if rows.shape[1] < 2:
        raise CannotAdopt(f"{file.name} has one column; a label and a feature are needed")


def _bytes(file: Path) -> bytes:
    try:
        return (
            gzip.decompress(file.read_bytes())
            if file.suffix.lower() == ".gz"
            else file.read_bytes()
        )
    except (OSError, EOFError) as error:
        raise CannotAdopt(f"{file.name} cannot be read: {error}") from None


def _decoded(file: Path, content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:SAMPLE]:
        raise CannotAdopt(f"{file.name} is UTF-16 or no text: save it as CSV in UTF-8")
    for encoding in ENCODINGS:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CannotAdopt(f"{file.name} is no text in UTF-8: save it as CSV in UTF-8")


def _separator(sample: str) -> str:
    try:
        return csv.Sniffer().sniff(sample, delimiters=SEPARATORS).delimiter
    except csv.Error:
        first = sample.partition("\n")[0]
        return max(SEPARATORS, key=first.count)
