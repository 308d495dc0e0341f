"""A configuration file as text: a file of a person, and nothing that only looks like one."""

import shlex
import stat
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_PLACE

MOST_BYTES: Final = 1_000_000
"""Far more than the files of a hundred sets."""


def required_text(file: Path) -> str:
    """The text of a file that must be there.

    Raises:
        PlatformError: it is missing, no file, too large or not readable.
    """
    if not _is_there(file):
        raise PlatformError(
            f"cannot read the configuration {file}: there is no such file", hint=restored(file)
        )
    return _text(file)


def optional_text(file: Path) -> str:
    """The text of a file that may be absent, empty where it is.

    Raises:
        PlatformError: it is there and no file, too large or not readable.
    """
    return _text(file) if _is_there(file) else ""


def restored(file: Path) -> str:
    """What to do where a file is missing."""
    if file == CDK_APP_PLACE:
        return f"restore what was committed with: git checkout -- {shlex.quote(str(file))}"
    folder = shlex.quote(str(file.parent))
    return f"make it with: ./mlops-multi-account.sh --config {folder} config"


def is_file(file: Path) -> bool:
    """Whether a file that the configuration names is there; a name that no disk takes is not."""
    try:
        return file.is_file()
    except OSError:
        return False


def _is_there(file: Path) -> bool:
    """Whether something has this name; a link that leads nowhere is a mistake, not absence."""
    try:
        if file.exists():
            return True
        dangling = file.is_symlink()
    except OSError as error:
        raise _unreadable(file, str(error)) from None
    if dangling:
        raise _unreadable(file, f"it is a link to {file.readlink()}, where there is no file")
    return False


def _text(file: Path) -> str:
    try:
        found = file.stat()
        # What is no file may have no end, or wait for a writer for ever.
        if not stat.S_ISREG(found.st_mode):
            raise _unreadable(file, "it is a folder, a device or a pipe")
        if found.st_size > MOST_BYTES:
            raise _unreadable(file, f"it has {found.st_size} bytes, {MOST_BYTES} at most")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise _unreadable(file, str(error)) from None


def _unreadable(file: Path, reason: str) -> PlatformError:
    return PlatformError(
        f"cannot read the configuration {file}: {reason}", hint="make it a readable file in UTF-8"
    )
