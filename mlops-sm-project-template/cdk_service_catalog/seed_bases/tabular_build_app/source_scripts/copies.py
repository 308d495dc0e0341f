"""Rows that are copies of others but for a column that names them: a model learns them by heart."""

import pandas as pd
from declaration import Declaration
from splits import fingerprints
from tables import BadData

MANY = 20
"""A column with more values than that tells the rows apart that are no copies."""
NEARLY_ALL = 0.9
"""The share of rows."""
ROWS_OF_SAME = ("random", "stratified")
"""Splits that keep rows together that are alike, and no others."""


def check(rows: pd.DataFrame, found: Declaration) -> None:
    """Refuse rows that would be in two parts of the split, each with another name.

    They are copies where some column alone says what all others hold, besides those that have another
    value in nearly every row: a table that has been joined, exported or drawn several times.

    Raises:
        BadData: the message names the columns and two of the rows.
    """
    if found.split.by not in ROWS_OF_SAME:
        return
    names = [name for name in found.table.features if _names_rows(rows, name, found)]
    rest = [name for name in (*found.table.features, found.table.label) if name not in names]
    if not names or len(rest) < 2:
        return
    alike = fingerprints(rows, rest)
    different = alike.nunique()
    by_heart = max(int(rows[name].nunique(dropna=False)) for name in rest)
    if different > NEARLY_ALL * len(rows) or different > by_heart or different <= MANY:
        return
    second = int(alike.duplicated().to_numpy().argmax())
    first = int((alike == alike.iloc[second]).to_numpy().argmax())
    told = " and ".join(f"'{name}'" for name in names)
    raise BadData(
        f"{len(rows) - different} of {len(rows)} rows are copies of others but for {told}, such as "
        f"rows {first + 1} and {second + 1}: the test would ask for what the model knows by heart. "
        f"If {told} names rows, declare it as data.identifier or in data.ignored; if the rows are "
        "not copies, declare a split by group or time"
    )


def _names_rows(rows: pd.DataFrame, name: str, found: Declaration) -> bool:
    """Whether a column has another value in nearly every row, and no fractions as measurements have."""
    column = rows[name]
    if found.table.columns[name] == "number" and (column.dropna() % 1).any():
        return False
    return bool(column.nunique() >= NEARLY_ALL * len(column))
