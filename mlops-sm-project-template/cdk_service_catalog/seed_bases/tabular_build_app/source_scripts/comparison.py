"""Whether a model is as good as the approved version: on the same rows, with an interval."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from bootstrap import draws, interval
from declaration import Declaration
from metrics import MEASURES, Evaluated, skill
from tables import BadData

MINIMUM = 30
"""A metric of fewer rows says nothing."""


@dataclass(frozen=True)
class Loss:
    """What is lost against the approved version, as shares of the way from baseline to perfect.

    Attributes:
        value, skill: of the approved version on the same rows.
        least, most: the ends of the interval of what is lost; below 0 something is gained.
        approved_most: the upper end of the interval of the approved version's own skill.
    """

    rows: int
    value: float
    skill: float
    least: float
    most: float
    approved_most: float


def loss(rows: Evaluated, found: Declaration) -> Loss:
    """Compare by a bootstrap of pairs: each round judges both models on the same drawn rows.

    Raises:
        BadData: there are too few rows, or all of one class.
    """
    if len(rows.truth) < MINIMUM:
        raise BadData(f"{len(rows.truth)} rows are too few to compare on, {MINIMUM} are needed")
    assert rows.approved is not None
    measure, metric = MEASURES[found.task][found.gate.metric], found.gate.metric
    without = measure(rows.truth, rows.baseline)
    value = measure(rows.truth, rows.approved)
    own, lost = [], []
    for drawn in _draws(rows, found):
        approved = skill(metric, measure(drawn.truth, drawn.approved), without)
        own.append(approved)
        lost.append(approved - skill(metric, measure(drawn.truth, drawn.found), without))
    if not lost or not np.isfinite(value):
        raise BadData("the rows to compare on have one class only")
    least, most = interval(lost)
    return Loss(
        rows=len(rows.truth),
        value=float(value),
        skill=skill(metric, value, without),
        least=least,
        most=most,
        approved_most=interval(own)[1],
    )


def least_lost(rows: Evaluated, tested: float, found: Declaration) -> float:
    """What is surely lost against other rows, as a share of the way to perfect.

    Each side has a baseline of its own: with another share of a class, a metric such as the average
    precision has another value for the same model.

    Args:
        tested: the skill on the other rows.
    """
    measure, metric = MEASURES[found.task][found.gate.metric], found.gate.metric
    lost = []
    for drawn in _draws(rows, found):
        without = measure(drawn.truth, drawn.baseline)
        lost.append(tested - skill(metric, measure(drawn.truth, drawn.found), without))
    return interval(lost)[0]


def _draws(rows: Evaluated, found: Declaration) -> Iterator[Evaluated]:
    for places in draws(len(rows.truth), found.split.seed, rows.groups):
        drawn = rows.of(places)
        if found.task == "regression" or len(np.unique(drawn.truth)) > 1:
            yield drawn


@dataclass(frozen=True)
class Slice:
    """The rows with one value of a column; `note` says why they are not judged."""

    column: str
    value: str
    rows: int
    skill: float | None = None
    lost: float | None = None
    note: str = ""


def slices(table: pd.DataFrame, rows: Evaluated, found: Declaration) -> list[Slice]:
    """Each declared slice; what is lost there is the least that it surely is.

    A slice has few rows: on the whole test set a model has to show that it is not worse, on a
    slice it is refused when it surely is.

    Raises:
        BadData: a column has no slice that can be judged.
    """
    result: list[Slice] = []
    for column in found.gate.slices:
        own = [
            _slice(column, str(value), rows.of(np.flatnonzero(table[column] == value)), found)
            for value in sorted(table[column].unique())
        ]
        if all(each.skill is None for each in own):
            raise BadData(f"gate.slices: no value of '{column}' has {MINIMUM} rows in the test set")
        result += own
    return result


def _slice(column: str, value: str, rows: Evaluated, found: Declaration) -> Slice:
    count = len(rows.truth)
    if count < MINIMUM:
        return Slice(column, value, count, note=f"fewer than {MINIMUM} rows")
    if found.task != "regression" and len(np.unique(rows.truth)) < 2:
        return Slice(column, value, count, note="one class only")
    measure, metric = MEASURES[found.task][found.gate.metric], found.gate.metric
    reached = skill(metric, measure(rows.truth, rows.found), measure(rows.truth, rows.baseline))
    lost = loss(rows, found).least if rows.approved is not None else None
    return Slice(column, value, count, reached, lost)
