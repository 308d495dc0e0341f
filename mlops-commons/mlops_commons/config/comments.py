"""Comments of a YAML text, which no parser hands over."""

import re
from collections.abc import Iterator, Set

import yaml


def without_comments_on(words: Set[str], text: str) -> str:
    """The text without the comments in which one of the words stands.

    A comment that has a line to itself takes the line with it.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    if not any(word in text for word in words):
        return text
    comments = [
        (start, end)
        for start, end in _comments(text)
        if any(word in text[start:end] for word in words)
    ]
    for start, end in reversed(comments):
        line = text.rfind("\n", 0, start) + 1
        before = text[line:start]
        if before.strip():
            text = text[:line] + before.rstrip() + text[end:]
        else:
            text = text[:line] + text[end:].removeprefix("\r").removeprefix("\n")
    return text


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Beginning and end of every comment: they are what stands between the tokens."""
    position = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        for found in re.finditer(r"#[^\r\n]*", text[position : token.start_mark.index]):
            yield position + found.start(), position + found.end()
        position = max(position, token.end_mark.index)
