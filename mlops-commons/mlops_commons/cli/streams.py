"""Standard streams for a program that is started without some of them."""

import os
import sys
from typing import Final

NAMES: Final = ("stdin", "stdout", "stderr")


def open_closed_streams() -> None:
    """Let streams that the caller has closed (`>&-`) lead nowhere, here and in child processes.

    Python has None in their place (docs.python.org, sys.stdin), and the next file that is opened
    would get their number.
    """
    for number, name in enumerate(NAMES):
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number and not _is_open(number):
            nowhere = os.dup2(nowhere, number)
        os.set_inheritable(nowhere, True)
        setattr(sys, name, os.fdopen(nowhere, "r" if number == 0 else "w", encoding="utf-8"))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
