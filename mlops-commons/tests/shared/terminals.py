"""The command line in a terminal of its own, as wide as a test wants it."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

from command_lines import environment_of

ROWS = 24


def in_terminal(columns: int, root: Path, *arguments: str) -> tuple[int, str]:
    """The exit code, and what a person sees of both streams, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    own = {
        name: value
        for name, value in environment_of(root).items()
        if name not in {"COLUMNS", "LINES"}
    }
    with subprocess.Popen(
        [sys.executable, "-m", "mlops_commons.cli", *arguments],
        cwd=root,
        env={**own, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as program:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r\n", "\n")
    # A line of progress is written over, and what is written last is seen.
    return program.returncode, re.sub(r"[^\n]*\r", "", text)


def _read(descriptor: int) -> bytes:
    """What comes next; nothing where the program has ended (Linux: EIO)."""
    with contextlib.suppress(OSError):
        return os.read(descriptor, 65536)
    return b""
