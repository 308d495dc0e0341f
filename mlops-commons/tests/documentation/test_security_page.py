"""Each test that the security page names is there."""

import re

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

PAGE = REPOSITORY_ROOT / "docs" / "security.md"
LINK = re.compile(r"\]\(\.\./(mlops-[^)]+/test_\w+\.py)\)\s+\((\w)\)")
NAMED = re.compile(r"([A-Z]) ((?:`test_\w+`(?:, )?)+)")


def test_each_test_that_says_no_is_in_the_file_that_its_letter_names() -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = {letter: REPOSITORY_ROOT / file for file, letter in LINK.findall(text)}
    named = [
        (letter, name)
        for letter, names in NAMED.findall(text)
        for name in re.findall(r"`(test_\w+)`", names)
    ]
    assert len(named) >= 15
    assert len(re.findall(r"`test_\w+`", text)) == len(named)
    if any(not file.is_file() for file in files.values()):
        pytest.skip("the other app is not in this repository")
    missing = [
        f"{letter} {name}"
        for letter, name in named
        if f"def {name}(" not in files[letter].read_text(encoding="utf-8")
    ]
    assert missing == []
