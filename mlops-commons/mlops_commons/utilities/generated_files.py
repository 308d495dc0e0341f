"""Files that a command writes: compared, then replaced as a whole."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """The files whose content is not what it should be, those that are missing included."""
    return [file for file, text in wanted.items() if not _says(file, text)]


def write_atomically(file: Path, content: str | bytes) -> bool:
    """Write a file as a whole or not at all; False when it says the same already.

    Raises:
        PlatformError: it cannot be written; the old file is as it was.
    """
    try:
        if _says(file, content):
            return False
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(_bytes(content))
                stream.flush()
                os.fsync(stream.fileno())
            temporary.chmod(file.stat().st_mode if file.exists() else 0o644)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PlatformError(
            f"cannot write {file}: {error.strerror or error}",
            hint="free space there or make the folder writable, then run the same command again",
        ) from error
    return True


def _says(file: Path, content: str | bytes) -> bool:
    return file.is_file() and file.read_bytes() == _bytes(content)


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
