"""How much room texts take, and where they break."""

import re
from typing import Final

WIDTH: Final = {False: 0.6, True: 0.63}
"""Of a sign in ems, plain and bold: DejaVu Sans is the widest of the usual fonts."""
_BREAKS: Final = re.compile(r"(?:[^ /_,:.-]|(?<=\d)[/.](?=\d))*[ /_,:.-]?")
"""Words and parts of names; an address range stays whole."""


def room(text: str, size: float, *, bold: bool = False) -> float:
    """The pixels that a text takes at most."""
    return len(text) * size * WIDTH[bold]


def lines(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """A text in lines that fit, broken at signs that part words or names.

    Args:
        width: in pixels; a part that is longer than that is cut where it has to be.
    """
    most = max(int(width / (size * WIDTH[bold])), 4)
    done, line = [], ""
    for part in _BREAKS.findall(text):
        while len((line + part).rstrip()) > most:
            if not line:
                line, part = part[:most], part[most:]
            done.append(line.rstrip())
            line = ""
        line += part
    return [*done, line.rstrip()] if line.strip() or not done else done
