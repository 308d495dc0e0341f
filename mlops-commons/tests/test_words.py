"""Words for people: numbers with their nouns, and times."""

import pytest

from mlops_commons.utilities.words import counted, lasted

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 acts"), (1, "1 act"), (2, "2 acts"), (2100, "2,100 acts")]
)
def test_a_number_stands_with_its_noun(number: int, said: str) -> None:
    assert counted(number, "act") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *[(0, "0 s"), (0.04, "0 s"), (2.5, "2.5 s"), (9.99, "10 s"), (41.4, "41 s")],
        *[(59.6, "1 min"), (600, "10 min"), (1758, "29 min 18 s"), (3725, "1 h 2 min")],
    ],
)
def test_a_time_is_said_in_the_units_of_people(seconds: float, said: str) -> None:
    assert lasted(seconds) == said
