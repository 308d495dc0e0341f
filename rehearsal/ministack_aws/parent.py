"""The emulator ends with the program that has started it, also where that one was killed.

The standard input is a pipe of the starter's: it ends when the starter does, however it does. Then
nobody else can tidy up, so the emulator ends the programs that work in the folder that belongs to
both, removes the folder, and ends its own process group.
"""

import contextlib
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = "MINISTACK_REMOVED_WITH_STARTER"
"""The variable with the folder that goes when the starter has gone."""
ROUNDS: Final = 3
"""A program that is ended may just have started another."""
PAUSE_SECONDS: Final = 0.5


def watch() -> None:
    """Wait for the end of the starter in a thread; without the variable nobody waits."""
    if os.environ.get(FOLDER):
        threading.Thread(target=_end_with_starter, daemon=True).start()


def _end_with_starter() -> None:
    # Not through sys.stdin: its lock would be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    folder = os.environ[FOLDER]
    for _ in range(ROUNDS):
        for process in programs_of(folder):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(PAUSE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def programs_of(folder: str) -> Iterator[int]:
    """The processes that were told of a folder in their environment, but for our own group.

    Where the system has no /proc, such as on macOS, none is found.
    """
    for file in Path("/proc").glob("[0-9]*/environ"):
        # A process of somebody else, or one that has just ended.
        with contextlib.suppress(OSError):
            process = int(file.parent.name)
            if folder.encode() in file.read_bytes() and os.getpgid(process) != os.getpgrp():
                yield process
