"""What many tests ask for and none changes: made once in a run, by the process that is first."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

FOLDER = "MADE_IN_THIS_RUN"
"""The variable that names the folder that all processes of a run share; see `conftest.py`."""


def once_in_a_run(name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` has filled in this run; nobody may change what lies there."""
    root = Path(os.environ[FOLDER])
    done, begun = root / name, root / f"{name}.begun"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            make(begun)
            begun.rename(done)
    return done
