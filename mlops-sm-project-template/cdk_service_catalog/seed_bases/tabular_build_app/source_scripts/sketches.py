"""Distributions that are small enough to be kept, and how far two of them are apart.

A sketch has the form that SageMaker Model Monitor keeps (Developer Guide, "Schema for Statistics"),
and a distance is the one that it computes (awslabs/deequ, `analyzers/Distance.scala`).
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np

K, C = 2048, 0.64
BUCKETS = 10
Numbers = np.ndarray[Any, Any]


def kll(values: Numbers) -> dict[str, Any]:
    """A distribution of numbers: ten buckets for people, and a sketch to compare with."""
    if not len(values):
        return {"buckets": [], "sketch": _sketch(values)}
    counts, edges = np.histogram(values, bins=BUCKETS)
    rows = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    return {
        "buckets": [
            {"lower_bound": low, "upper_bound": high, "count": count} for low, high, count in rows
        ],
        "sketch": _sketch(values),
    }


def _sketch(values: Numbers) -> dict[str, Any]:
    """Levels of values, in order; one of level n stands for 2 to the power of n of them."""
    ordered = np.sort(values)
    highest = 0
    while len(ordered) >> highest > K:
        highest += 1
    levels: list[list[float]] = [[] for _ in range(highest + 1)]
    start = 0
    for level in range(highest, -1, -1):
        width = 1 << level
        end = start + (len(ordered) - start) // width * width
        levels[level] = ordered[start:end].reshape(-1, width)[:, width // 2].tolist()
        start = end
    return {"parameters": {"c": C, "k": K}, "data": levels}


def numerical_distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """The largest difference of two cumulative distributions, less what chance explains.

    Args:
        one, other: what `kll` has made.
    """
    (values, ranks), (others, their_ranks) = (
        _ranks(each["sketch"]["data"]) for each in (one, other)
    )
    if not len(values) or not len(others):
        return 0.0
    points = np.union1d(values, others)
    shares = [
        np.concatenate(([0.0], cumulated))[np.searchsorted(known, points, side="right")]
        / cumulated[-1]
        for known, cumulated in ((values, ranks), (others, their_ranks))
    ]
    return _robust(float(np.abs(shares[0] - shares[1]).max()), ranks[-1], their_ranks[-1])


def _ranks(levels: list[list[float]]) -> tuple[Numbers, Numbers]:
    """The values of a sketch in order, and how many values are not larger than each."""
    values = np.array([value for level in levels for value in level], dtype=np.float64)
    weights = np.array([2.0**n for n, level in enumerate(levels) for _ in level])
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(weights[order])


def categorical_distance(
    one: Mapping[str, int], other: Mapping[str, int], rows: int, others: int
) -> float:
    """The largest difference of the share of a value, less what chance explains.

    Args:
        one: how often the values were there that were kept; what is not kept counts together.
        rows, others: how many values there were.
    """
    if not rows or not others:
        return 0.0
    kept = [other.get(value, 0) / others - count / rows for value, count in one.items()]
    rest = -sum(kept)
    return _robust(max(map(abs, [*kept, rest])), rows, others)


def _robust(distance: float, rows: float, others: float) -> float:
    return max(0.0, distance - 1.8 * sqrt((rows + others) / (rows * others)))
