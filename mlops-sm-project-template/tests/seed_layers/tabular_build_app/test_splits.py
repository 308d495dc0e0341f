"""A split that leaves a part too few rows is refused by its own name."""

from dataclasses import replace

import pytest
from declaration import Split
from made_tables import BINARY, table
from splits import split
from tables import BadData


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("random", "only; more rows, or split.by: stratified, are needed"),
        ("stratified", "only; more rows of the rarer class are needed"),
    ],
)
def test_too_few_rows_of_a_class_are_told_by_the_split_that_is_declared(
    by: str, words: str
) -> None:
    found = replace(BINARY, split=Split(by=by))
    few = table(BINARY, count=300).assign(y=["yes"] * 3 + ["no"] * 297)
    with pytest.raises(BadData, match=words):
        split(few, found)
