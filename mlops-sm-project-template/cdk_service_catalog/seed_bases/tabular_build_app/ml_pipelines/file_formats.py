"""What somebody's file is like: encoding, separator, decimals, texts that mean nothing."""

import csv
import gzip
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

SEPARATORS = ",;\t|"
MISSING = (
    *("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?", "-", "--", "."),
    # What spreadsheets write where a formula has failed.
    *("#N/A", "#NV", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"),
)
ENCODINGS = ("utf-8-sig", "cp1252")
SUFFIXES = (".csv", ".csv.gz", ".data", ".txt", ".tsv", ".parquet")
SAMPLE = 65_536
NUMBER = r"[-+]?\d+"
COMMA_DECIMAL = re.compile(rf"{NUMBER},\d+")
POINT_THOUSANDS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+,\d+")
COMMA_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


class CannotAdopt(Exception):
    """The file is not a table that a model can learn from; the message says what to do."""


@dataclass(kw_only=True)
class FileFormat:
    """A file, looked at.

    Attributes:
        rows: every value as a text.
        name: of the file.
        notes: what is said to whoever adopts it.
    """

    rows: pd.DataFrame
    name: str = ""
    separator: str = ","
    encoding: str = "utf-8-sig"
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)

    def options(self) -> dict[str, object]:
        """What differs from a plain CSV file, for the declaration."""
        found: dict[str, object] = {}
        for name, plain in (("separator", ","), ("decimal", "."), ("thousands", "")):
            if getattr(self, name) != plain:
                found[name] = getattr(self, name)
        return found | ({"missing": list(self.missing)} if self.missing else {})

    def copy(self, file: Path, target: Path) -> None:
        """Put the file where the jobs read it, in UTF-8."""
        if file.resolve() == target.resolve() and self.encoding == ENCODINGS[0]:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.encoding == ENCODINGS[0]:
            shutil.copy(file, target)
            return
        text = _bytes(file).decode(self.encoding).encode("utf-8")
        target.write_bytes(gzip.compress(text, mtime=0) if file.suffix == ".gz" else text)


def look_at(file: Path, columns: Sequence[str] = (), missing: Sequence[str] = ()) -> FileFormat:
    """Read a file as texts, whatever it is like.

    Args:
        columns: the names, where the file has no header.
        missing: further texts that mean nothing.

    Raises:
        CannotAdopt: no such file, not a table, or without header and names.
    """
    if not file.is_file():
        raise CannotAdopt(f"there is no file {file}")
    if not file.name.endswith(SUFFIXES):
        allowed = ", ".join(SUFFIXES)
        raise CannotAdopt(f"{file.name} is not one of {allowed}: save the table as CSV in UTF-8")
    found = _parquet(file) if file.suffix == ".parquet" else _csv(file, columns)
    found.name = file.name
    if len(found.rows) < 20:
        raise CannotAdopt(f"{file.name} has {len(found.rows)} rows, 20 are needed")
    _numbers_as_written(found, (*MISSING, *missing))
    return found


def is_number(texts: pd.Series, found: FileFormat) -> "pd.Series[bool]":
    """Which texts are finite numbers, as the file writes them."""
    plain = texts.str.replace(found.thousands, "", regex=False) if found.thousands else texts
    plain = plain.str.replace(found.decimal, ".", regex=False) if found.decimal != "." else plain
    numbers = pd.to_numeric(plain, errors="coerce")
    return numbers.notna() & numbers.abs().ne(float("inf"))


def _csv(file: Path, columns: Sequence[str]) -> FileFormat:
    content, given = _bytes(file), bool(columns)
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
    if not columns:
        # Not by pandas, which gives a name that is there twice another one.
        columns, rows = [*rows.iloc[0]], rows.iloc[1:].reset_index(drop=True)
    found = FileFormat(rows=rows, separator=separator, encoding=encoding)
    if len(columns) != rows.shape[1]:
        raise CannotAdopt(f"--columns has {len(columns)} names, a row has {rows.shape[1]} values")
    rows.columns = pd.Index([str(name).strip() for name in columns])
    _check_header(file, rows, given)
    if encoding != ENCODINGS[0]:
        found.notes.append(f"{file.name} is not UTF-8 but {encoding}: the copy in data/ is UTF-8")
    return found


def _said(error: Exception) -> str:
    """What pandas says of a file, in words that help where it has none."""
    found = re.search(r"EOF inside string starting at row (\d+)", str(error))
    if not found:
        return str(error).strip()
    return f"in line {int(found[1]) + 1} a quote is opened that nothing closes"


def _parquet(file: Path) -> FileFormat:
    try:
        rows = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise CannotAdopt(f"{file.name} is not a Parquet file: {error}") from None
    rows.columns = pd.Index([str(name) for name in rows.columns])
    return FileFormat(rows=rows.astype(object).where(rows.notna(), "").astype(str))


def _check_header(file: Path, rows: pd.DataFrame, given: bool) -> None:
    names = [str(name) for name in rows.columns]
    numeric = [name for name in names if re.fullmatch(rf"{NUMBER}([.,]\d+)?(\.\d+)?", name)]
    if not given and len(numeric) * 2 > len(names):
        raise CannotAdopt(
            f"{file.name} has no header: its first row is {', '.join(names[:5])}; "
            f"name the {len(names)} columns: --columns first,second,..."
        )
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        raise CannotAdopt(f"{file.name}: the header has '{twice}' twice; rename one")
    if empty := sum(name == "" or name.startswith("Unnamed: ") for name in names):
        raise CannotAdopt(f"{file.name}: {empty} columns have no name; give each one, or --columns")
    if rows.shape[1] < 2:
        raise CannotAdopt(f"{file.name} has one column; a label and a feature are needed")


def _bytes(file: Path) -> bytes:
    try:
        return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
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


def _numbers_as_written(found: FileFormat, missing: Sequence[str]) -> None:
    """Decimal comma, thousands and texts for missing values, by what most columns show."""
    present = {text for name in found.rows.columns for text in _distinct(found.rows[name])}
    found.missing = tuple(text for text in missing if text in present)
    columns = [_values(found.rows[name], found) for name in found.rows.columns]
    if any(_all(texts, POINT_THOUSANDS) for texts in columns):
        found.decimal, found.thousands = ",", "."
    elif any(_all(texts, COMMA_DECIMAL) and not _all(texts, COMMA_THOUSANDS) for texts in columns):
        found.decimal = ","
    elif any(_all(texts, COMMA_THOUSANDS, some=",") for texts in columns):
        found.thousands = ","
    if found.decimal == "," or found.thousands:
        thousands = f", '{found.thousands}' between thousands" if found.thousands else ""
        found.notes.append(f"numbers: '{found.decimal}' before decimals{thousands}")
    if found.missing:
        found.notes.append(f"missing values: {', '.join(found.missing)}, and the empty text")


def _distinct(texts: pd.Series) -> list[str]:
    return [str(text).strip() for text in texts.unique()]


def _values(texts: pd.Series, found: FileFormat) -> list[str]:
    return [text for text in _distinct(texts) if text and text not in found.missing]


def _all(texts: list[str], pattern: "re.Pattern[str]", some: str = "") -> bool:
    """Whether every text is a number of any kind, and one at least has this pattern."""
    number = re.compile(rf"{NUMBER}([.,' ]\d+)*")
    matching = [text for text in texts if pattern.fullmatch(text) and some in text]
    return bool(matching) and all(number.fullmatch(text) for text in texts)
