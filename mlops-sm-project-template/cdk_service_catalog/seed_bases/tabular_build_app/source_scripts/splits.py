"""Train, validation and test: disjoint, the same for the same seed, and no row in two of them."""

import hashlib
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from declaration import Declaration
from pandas.api.types import is_numeric_dtype
from tables import BadData, check_complete

GOES_BY = ", which the split goes by"
WAYS_OUT = {
    "random": "more rows, or split.by: stratified, are needed",
    "stratified": "more rows of the rarer class are needed",
    "group": "more groups that have both classes are needed",
    "time": "rows of both classes in each time, or larger shares of the split, are needed",
}
"""Where a part has one class of two."""
PARTS = ("train", "validation", "test")


def split(rows: pd.DataFrame, found: Declaration) -> dict[str, pd.DataFrame]:
    """Split as it is declared; rows that are alike are never in two parts.

    Raises:
        BadData: a part is empty, or lacks a class.
    """
    way = {"random": _random, "stratified": _stratified, "group": _group, "time": _time}
    numbers = way[found.split.by](rows, found)
    parts = {
        name: rows[(numbers == place).to_numpy()].reset_index(drop=True)
        for place, name in enumerate(PARTS)
    }
    _complete(parts, found)
    return parts


def _random(rows: pd.DataFrame, found: Declaration) -> pd.Series:
    return _assigned(_alike(rows, found), found)


def _stratified(rows: pd.DataFrame, found: Declaration) -> pd.Series:
    alike = _alike(rows, found)
    classes = rows[found.table.label].groupby(alike).transform("first")
    return pd.concat(
        [_assigned(alike[classes == name], found) for name in sorted(classes.unique(), key=str)]
    ).sort_index()


def _group(rows: pd.DataFrame, found: Declaration) -> pd.Series:
    """A group is drawn by its key, so that it stays in its part whatever the order of the rows is."""
    check_complete(rows, found.table.group, GOES_BY)
    keys = _plain(rows[found.table.group]).astype(str)
    sizes = keys.value_counts(sort=False)
    return _parts(keys, sizes.loc[sorted(sizes.index, key=partial(_drawn, found))], found)


def _drawn(found: Declaration, key: str) -> bytes:
    return hashlib.sha256(f"{found.split.seed}/{key}".encode()).digest()


def _time(rows: pd.DataFrame, found: Declaration) -> pd.Series:
    """The latest rows are the test; rows of one moment stay together."""
    when = rows[found.table.time]
    check_complete(rows, found.table.time, GOES_BY)
    first, second = _bounds(found)
    share = when.rank(method="min", pct=True)
    return pd.Series(np.digitize(share, [first, second], right=True), index=rows.index)


def _alike(rows: pd.DataFrame, found: Declaration) -> pd.Series:
    """A number for each row, the same for rows that are alike but for their identifier.

    What happens again at another time or to somebody else is another row.
    """
    return fingerprints(rows, [name for name in found.table.kept if name != found.table.identifier])


def fingerprints(rows: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """A number for each row, the same for the same values in these columns."""
    # A number that is whole in all rows of one file is not so in another.
    plain = rows[list(columns)].apply(_plain)
    return pd.Series(pd.util.hash_pandas_object(plain, index=False).to_numpy(), index=rows.index)


def _plain(column: pd.Series) -> pd.Series:
    return column.astype(float if is_numeric_dtype(column) else str)


def _assigned(groups: pd.Series, found: Declaration) -> pd.Series:
    """The part of each row; groups are drawn until a part has its share of the rows."""
    sizes = groups.value_counts(sort=False)
    drawn = np.random.default_rng(found.split.seed).permutation(len(sizes))
    return _parts(groups, sizes.iloc[drawn], found)


def _parts(groups: pd.Series, ordered: pd.Series, found: Declaration) -> pd.Series:
    """The part of each row, of groups with their sizes as they are drawn."""
    first, second = _bounds(found)
    share = (ordered.cumsum() - ordered / 2) / len(groups)
    parts = pd.Series(np.digitize(share, [first, second]), index=ordered.index)
    return groups.map(parts)


def _bounds(found: Declaration) -> tuple[float, float]:
    return 1 - found.split.validation - found.split.test, 1 - found.split.test


def _complete(parts: dict[str, pd.DataFrame], found: Declaration) -> None:
    for name, part in parts.items():
        if part.empty:
            raise BadData(
                f"the split by {found.split.by} leaves no row for {name}: there are too few rows "
                "that differ"
            )
    if found.task == "regression":
        return
    label = found.table.label
    learnt = {*parts["train"][label]}
    for name, part in parts.items():
        if strange := sorted(map(str, {*part[label]} - learnt)):
            raise BadData(f"{name} has the class '{strange[0]}', which no row of train has")
        if found.task == "binary" and part[label].nunique() < 2:
            raise BadData(f"{name} has one class only; {WAYS_OUT[found.split.by]}")
