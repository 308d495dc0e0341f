"""The emulator ends with the program that has started it, also where that one was killed.

The standard input is a pipe of the starter's: it ends when the starter does, however it does. Then
nobody else can tidy up, so the emulator removes what belongs to both, and ends its process group.
"""

import os
import shutil
import signal
import threading
import time
from typing import Final

FOLDER: Final = "MINISTACK_REMOVED_WITH_STARTER"
"""The variable with the folder that goes when the starter has gone."""
LATE_SECONDS: Final = 2.0
"""Programs of the starter that still run may write into the folder until they miss the emulator."""


def watch() -> None:
    """Wait for the end of the starter in a thread; without the variable nobody waits."""
    if os.environ.get(FOLDER):
        threading.Thread(target=_end_with_starter, daemon=True).start()


def _end_with_starter() -> None:
    # Not through sys.stdin: its lock would be held when the interpreter ends.
    while os.read(0, 1024):
        pass
    folder = os.environ[FOLDER]
    for seconds in (0.0, LATE_SECONDS):
        time.sleep(seconds)
        shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)
