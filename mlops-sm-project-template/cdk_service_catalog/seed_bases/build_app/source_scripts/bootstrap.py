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


def draws(count: int, seed: int) -> Iterator["np.ndarray[Any, Any]"]:
    """The places of rows, drawn with replacement, in each round; the same for the same seed."""
    source = np.random.default_rng(seed)
    for _ in range(ROUNDS):
        yield source.integers(0, count, min(count, ROWS))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The ends of one-sided intervals of 95 % (percentiles) of what the rounds have said."""
    return float(np.quantile(values, 1 - SURE)), float(np.quantile(values, SURE))
