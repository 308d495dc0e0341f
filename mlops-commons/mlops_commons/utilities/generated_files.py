"""Files and parts of files that a command writes: compared, then replaced as a whole."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path


def stale(wanted: Mapping[Path, str]) -> list[Path]:
    """The files whose content is not what it should be, those that are missing included."""
    return [
        file
        for file, text in wanted.items()
        if not file.is_file() or file.read_text(encoding="utf-8") != text
    ]


def write_text(file: Path, text: str) -> None:
    """Write a file at once: an interrupt leaves the old content, never half of the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        temporary.chmod(file.stat().st_mode if file.exists() else 0o644)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
