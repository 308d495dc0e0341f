"""Where texts of pictures break."""

import pytest

from mlops_commons.diagrams.lettering import lines, room

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("range 100.64.32.0/19", ["range", "100.64.32.0/19"]),
        ("mlops-infra/config/network", ["mlops-infra/", "config/network"]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaa"]),
    ],
)
def test_a_text_breaks_between_words_and_names_but_not_in_an_address_range(
    text: str, broken: list[str]
) -> None:
    assert lines(text, room("x" * 18, 13), 13) == broken
