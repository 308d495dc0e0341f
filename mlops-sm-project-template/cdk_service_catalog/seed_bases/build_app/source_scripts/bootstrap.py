"""How far a number of the test set may be from what other rows would say: a bootstrap.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

ROUNDS = 300
ROWS = 10_000
"""More rows are drawn down to so many, which makes the interval wider and never narrower."""
SURE = 0.95


def draws(
    count: int, seed: int, groups: "np.ndarray[Any, Any] | None" = None
) -> Iterator["np.ndarray[Any, Any]"]:
    """The places of rows, drawn with replacement, in each round; the same for the same seed.

    Args:
        groups: of each row; rows of one are alike, so they are drawn together or not at all: drawn
            one by one they would make an interval that is too narrow (Davison and Hinkley,
            "Bootstrap Methods and their Application" (1997), section 3.8). Where all are of one
            group nothing is known of another, and rows are drawn.
    """
    source = np.random.default_rng(seed)
    names = [] if groups is None else np.unique(groups)
    if groups is None or len(names) < 2:
        for _ in range(ROUNDS):
            yield source.integers(0, count, min(count, ROWS))
        return
    places = [np.flatnonzero(groups == name) for name in names]
    wanted = max(2, min(len(names), len(names) * ROWS // count))
    for _ in range(ROUNDS):
        drawn = source.integers(0, len(names), wanted)
        yield np.concatenate([places[place] for place in drawn])


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The ends of one-sided intervals of 95 % (percentiles) of what the rounds have said."""
    return float(np.quantile(values, 1 - SURE)), float(np.quantile(values, SURE))
