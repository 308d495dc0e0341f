"""A Parquet file as the texts that a CSV file of the same table holds."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from written import as_text


@dataclass(frozen=True)
class Parquet:
    """What a file holds.

    Attributes:
        rows: every value as a text; whole numbers stay whole, also beside missing ones.
        numeric: columns that hold numbers, by their type.
        left_out: columns that nobody wants.
        index: the names of an index of pandas, which is no column.
    """

    rows: pd.DataFrame
    numeric: tuple[str, ...]
    left_out: tuple[str, ...]
    index: tuple[str, ...]


def read(file: Path, wanted: Collection[str] = (), decimal: str = ".") -> Parquet:
    """Read a file, without an index.

    Args:
        wanted: columns; nothing: all of them.
        decimal: the mark before decimals in the texts of numbers.

    Raises:
        ValueError: no such file, a name that is there twice, or a column of bytes, lists or
            structures.
    """
    # Not where a model serves, which reads no such file.
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(file)
    except (OSError, ValueError) as error:
        raise ValueError(f"{file.name} is not a Parquet file: {error}") from None
    index = _index(schema)
    fields = [field for field in schema if field.name not in index]
    names = [field.name.strip() for field in fields]
    if twice := next((name for name in names if name and names.count(name) > 1), ""):
        raise ValueError(f"{file.name}: the header has '{twice}' twice; rename one")
    taken = {name: field for name, field in zip(names, fields, strict=True) if _in(name, wanted)}
    for name, field in taken.items():
        _check_type(file, name, field.type)
    rows = _rows(file, [field.name for field in taken.values()], decimal)
    return Parquet(
        rows=rows.set_axis([*taken], axis="columns"),
        numeric=tuple(name for name, field in taken.items() if _is_number(field.type)),
        left_out=tuple(name for name in names if name not in taken),
        index=tuple(name for name in index if not name.startswith("__index_level_")),
    )


def _in(name: str, wanted: Collection[str]) -> bool:
    return not wanted or name in wanted


def _index(schema: Any) -> tuple[str, ...]:
    """The columns that hold an index of pandas, as the file's metadata says."""
    described = schema.pandas_metadata or {}
    return tuple(name for name in described.get("index_columns", ()) if isinstance(name, str))


def _check_type(file: Path, name: str, kind: Any) -> None:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    told = (types.is_nested, types.is_binary, types.is_large_binary, types.is_fixed_size_binary)
    if any(is_so(kind) for is_so in told):
        raise ValueError(
            f"{file.name}: column '{name}' is of the type {kind}, neither texts nor numbers; take it "
            "out of the file, or write what it says into columns of their own"
        )


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _rows(file: Path, names: list[str], decimal: str) -> pd.DataFrame:
    # Otherwise a missing value makes floats of whole numbers: 1.0 instead of 1, and the last
    # digits of long ones are lost (pandas, "Nullable integer data type").
    rows = pd.read_parquet(file, columns=names, dtype_backend="numpy_nullable")
    found = rows.reset_index(drop=True).astype(object)
    found = found.where(found.notna(), "")
    if decimal != ".":
        found = found.apply(lambda column: column.map(lambda said: as_text(said, decimal)))
    return found.astype(str)
