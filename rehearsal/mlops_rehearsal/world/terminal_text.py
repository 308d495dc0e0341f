"""What a terminal would show of the output of a program."""

import re
from typing import Final

COLOURS: Final = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07)")
OVERWRITTEN: Final = re.compile(r"[^\n]*\r(?!\n)")
# XML 1.0, 2.2 Characters: what a document may hold.
UNREADABLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def readable(text: str) -> str:
    """A text without colours, control characters and lines that were overwritten."""
    return UNREADABLE.sub("", OVERWRITTEN.sub("", COLOURS.sub("", text).replace("\r\n", "\n")))


def last_lines(text: str, count: int) -> list[str]:
    """The last lines of a text, as they are to be read."""
    return readable(text).rstrip().split("\n")[-count:]
