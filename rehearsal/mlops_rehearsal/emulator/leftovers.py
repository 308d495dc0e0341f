"""Folders of rehearsals that were killed together with their emulator: the next start sweeps them.

An emulator whose starter is killed removes the folder itself (ministack_aws/parent.py); nobody does
where both were killed, such as by the end of a container.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

PREFIX: Final = "mlops-rehearsal-"
OWNER: Final = "process-id"
"""The file with the id of the process that the folder belongs to."""


def new_folder() -> Path:
    """A folder for this process; those of processes that are gone are removed first."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    (folder / OWNER).write_text(str(os.getpid()), encoding="utf-8")
    return folder


def sweep() -> None:
    """Remove the folders of rehearsals of this user that nobody is playing any more.

    A folder without an owner is left alone: it may be another program's, or made this moment.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Somebody else's, or one that goes at this moment.
        with contextlib.suppress(OSError, ValueError):
            process = int((folder / OWNER).read_text(encoding="utf-8"))
            if folder.stat().st_uid == os.getuid() and not _is_alive(process):
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
