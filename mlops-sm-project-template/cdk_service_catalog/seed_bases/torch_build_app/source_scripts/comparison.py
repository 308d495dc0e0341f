"""Whether a model is as good as the approved version: on the same rows, with an interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bootstrap import draws, interval
from declaration import Declaration

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What each row of the test set says, by the metric of the gate.

    A model's metric is the sum of its scores over the sum of the weights: a mean where each weight
    is 1; of `denoising`, the loss that is gone, over the base model's loss.

    Attributes:
        own, base: a score of each row, for the model and its base model.
        weight: of each row.
        approved: a score of each row for the approved version, where one is compared.
        groups: of each row: rows of one, such as questions on one schema, are alike.
    """

    own: Numbers
    base: Numbers
    weight: Numbers
    approved: Numbers | None = None
    groups: Numbers | None = None

    def __len__(self) -> int:
        return len(self.own)

    def of(self, places: Numbers) -> "Scored":
        """Some of the rows."""
        return Scored(
            own=self.own[places],
            base=self.base[places],
            weight=self.weight[places],
            approved=None if self.approved is None else self.approved[places],
            groups=None if self.groups is None else self.groups[places],
        )

    def weighted(self, scores: Numbers) -> float:
        """The metric of a model by its scores."""
        return float(scores.sum() / self.weight.sum())

    @property
    def improvement(self) -> float:
        """What the model is above its base model."""
        return self.weighted(self.own - self.base)


@dataclass(frozen=True)
class Loss:
    """What is lost against the approved version, in points of the metric.

    Attributes:
        value, own: the metric of the approved version and of this model, on the same rows.
        least, most: the ends of the interval of what is lost; below 0 something is gained.
        approved_most: the upper end of what the approved version is above the base model.
    """

    rows: int
    value: float
    own: float
    least: float
    most: float
    approved_most: float


def loss(rows: Scored, seed: int) -> Loss:
    """Compare by a bootstrap of pairs: each round judges both models on the same drawn rows."""
    assert rows.approved is not None
    lost, above = [], []
    for places in draws(len(rows), seed, rows.groups):
        drawn = rows.of(places)
        assert drawn.approved is not None
        lost.append(drawn.weighted(drawn.approved - drawn.own))
        above.append(drawn.weighted(drawn.approved - drawn.base))
    least, most = interval(lost)
    return Loss(
        rows=len(rows),
        value=rows.weighted(rows.approved),
        own=rows.weighted(rows.own),
        least=least,
        most=most,
        approved_most=interval(above)[1],
    )


@dataclass(frozen=True)
class Slice:
    """The rows with one value of a field; `note` says why they are not judged."""

    column: str
    value: str
    rows: int
    improvement: float | None = None
    lost: float | None = None
    note: str = ""


def slices(
    values: Sequence[Mapping[str, str]], rows: Scored, unseen: Numbers, found: Declaration
) -> list[Slice]:
    """Each declared slice; what is lost there is the least that it surely is.

    A slice has few rows: on the whole test set a model has to show that it is not worse, on a
    slice it is refused when it surely is.

    Args:
        values: of each row, its value of each field.
        unseen: the places of the rows that the approved version has not learnt.

    Raises:
        SystemExit: a field has no slice that can be judged.
    """
    result: list[Slice] = []
    for name in found.gate.slices:
        own = [
            _slice(name, value, [row[name] == value for row in values], rows, unseen, found)
            for value in sorted({row[name] for row in values})
        ]
        if all(each.improvement is None for each in own):
            raise SystemExit(
                f"gate.slices: no value of '{name}' has {found.gate.minimum_rows} rows in the test "
                "set: give more data, or lower gate.minimum_rows"
            )
        result += own
    return result


def _slice(
    name: str,
    value: str,
    within: Sequence[bool],
    rows: Scored,
    unseen: Numbers,
    found: Declaration,
) -> Slice:
    places, minimum = np.flatnonzero(within), found.gate.minimum_rows
    if len(places) < minimum:
        return Slice(name, value, len(places), note=f"fewer than {minimum} rows")
    new = np.intersect1d(places, unseen)
    lost = None
    if rows.approved is not None and len(new) >= minimum:
        lost = loss(rows.of(new), found.split.seed).least
    return Slice(name, value, len(places), rows.of(places).improvement, lost)
