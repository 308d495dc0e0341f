"""Seeded splits."""

import random
from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def split_rows(
    rows: Sequence[Row], *, held_out_share: float, seed: int
) -> tuple[list[Row], list[Row]]:
    """Rows to train on and rows held out, each in the order of the input.

    At least one row goes to each side; the same seed gives the same split.

    Raises:
        SystemExit: there are fewer than two rows, or the share is not between 0 and 1.
    """
    if not 0 < held_out_share < 1:
        raise SystemExit(f"The held out share is {held_out_share}, not between 0 and 1")
    if len(rows) < 2:
        raise SystemExit(f"{len(rows)} rows cannot be split; give at least two")
    count = min(max(1, round(len(rows) * held_out_share)), len(rows) - 1)
    held_out = set(random.Random(seed).sample(range(len(rows)), count))
    return (
        [row for number, row in enumerate(rows) if number not in held_out],
        [row for number, row in enumerate(rows) if number in held_out],
    )
