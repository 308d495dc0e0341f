"""What a page says, sentence by sentence, without pictures, code and generated tables."""

import re
from collections.abc import Iterator
from typing import Final

LEFT_OUT: Final = ("The repository", "The documentation", "Help and support", "License")
"""Sections that say where something is or who helps; the documentation's tests check links."""
GENERATED: Final = re.compile(r"<!-- (.+?): written by .*?<!-- end of \1 -->", re.DOTALL)
CODE: Final = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
PICTURE: Final = re.compile(r"!\[.*?\]\(.*?\)")
LINK: Final = re.compile(r"\[(.*?)\]\([^)]*\)", re.DOTALL)
END: Final = re.compile(r"(?<=[.:])\s+(?=[A-Z`])")
BLOCK: Final = re.compile(r"^\s*(?:[-*|]|\d+\.)\s", re.MULTILINE)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a page, and the rows of its tables, in their order."""
    for pattern in (GENERATED, CODE, PICTURE):
        text = pattern.sub("\n\n", text)
    for section in re.split(r"^#+ ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        if heading not in LEFT_OUT:
            yield from _sentences(LINK.sub(r"\1", body))


def _sentences(body: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", BLOCK.sub(r"\n\n\g<0>", body)):
        joined = " ".join(paragraph.split())
        if joined.startswith("|"):
            if not re.fullmatch(r"[| -]*", joined):
                yield joined
            continue
        yield from filter(None, (part.strip() for part in END.split(joined)))
