"""An interval of rows that are alike is as wide as what is known of their groups."""

import numpy as np
import pytest
from bootstrap import ROUNDS, ROWS, draws, interval


def width(values: "np.ndarray[tuple[int], np.dtype[np.float64]]", groups: object = None) -> float:
    means = [float(values[places].mean()) for places in draws(len(values), 3, groups)]  # type: ignore[arg-type]
    assert len(means) == ROUNDS
    low, high = interval(means)
    return high - low


def test_rows_of_a_group_are_drawn_together() -> None:
    groups = np.repeat([f"schema {n}" for n in range(8)], 25)
    for places in draws(len(groups), 1, groups):
        counts = np.bincount(places, minlength=len(groups)).reshape(8, 25)
        assert (counts == counts[:, :1]).all()
        assert counts[:, 0].sum() == 8


def test_groups_that_differ_make_a_wider_interval_than_their_rows() -> None:
    source = np.random.default_rng(7)
    groups = np.repeat(np.arange(10), 40)
    own = np.repeat(source.normal(size=10), 40)
    # Forty rows that say the same are one: of ten values, as wide as for ten rows.
    assert width(own, groups) > 4 * width(own)
    assert width(own, groups) == pytest.approx(width(own[::40]), rel=0.25)
    alone = source.normal(size=400)
    assert width(alone, np.arange(400)) == pytest.approx(width(alone), rel=0.25)


def test_where_all_rows_are_of_one_group_they_are_drawn() -> None:
    alike = np.array(["a"] * 40)
    first = next(draws(40, 1, alike))
    assert len(np.unique(first)) > 1
    assert (first == next(draws(40, 1))).all()


def test_the_same_seed_draws_the_same_and_no_round_is_larger_than_it_may() -> None:
    groups = np.repeat(np.arange(3 * ROWS // 100), 100)
    first, again = (next(draws(len(groups), 5, groups)) for _ in range(2))
    assert (first == again).all()
    assert len(first) == ROWS
