"""Seeded splits that no group crosses."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def split_rows(
    rows: Sequence[Row], groups: Sequence[str], *, held_out_share: float, seed: int
) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows held out, each in the order of the input.

    The rows of a group are on one side: what is nearly the same as a row of training would make the
    score better than the model is. The same seed gives the same split.

    Raises:
        SystemExit: there are fewer than two groups.
    """
    sizes = Counter(groups)
    if len(sizes) < 2:
        raise SystemExit(
            f"the {len(rows)} rows cannot be split: they are one group; two at least are needed"
        )
    order = sorted(sizes)
    random.Random(seed).shuffle(order)
    wanted, held_out, count = held_out_share * len(rows), set[str](), 0
    for name in order:
        nearer = abs(count + sizes[name] - wanted) < abs(count - wanted)
        if not held_out or (nearer and len(held_out) < len(sizes) - 1):
            held_out.add(name)
            count += sizes[name]
    pairs = [*zip(rows, groups, strict=True)]
    return (
        [row for row, group in pairs if group not in held_out],
        [row for row, group in pairs if group in held_out],
    )


def enough(rows: Sequence[object], minimum: int) -> None:
    """See that there are rows to test with.

    Raises:
        SystemExit: there are fewer than the gate asks for.
    """
    if len(rows) < minimum:
        raise SystemExit(
            f"{len(rows)} rows are held out to test with, and gate.minimum_rows in project.yml is "
            f"{minimum}: give more data, or raise split.test"
        )
