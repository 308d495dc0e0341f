"""What a training keeps while it runs, so that it goes on when its machine is taken away.

SageMaker copies the folder to S3 while the job runs, and back before it starts again (Developer
Guide, "Checkpoints in Amazon SageMaker AI"). A copy may end in the middle of a file, so a checkpoint
counts only where it has each of its files in its size.
"""

import json
import shutil
from pathlib import Path

from container import ml_root
from declaration import declaration

LISTED = "files.json"
KEPT = 2
"""The one before the last is whole when the last was being copied."""


def kept_in() -> Path | None:
    """The folder of checkpoints; None where a training is not on spot machines."""
    return ml_root() / "checkpoints" if declaration().machines.spot else None


def complete(checkpoint: Path) -> None:
    """Say that a checkpoint is whole, and take away those that are too old."""
    sizes = {
        file.relative_to(checkpoint).as_posix(): file.stat().st_size
        for file in sorted(checkpoint.rglob("*"))
        if file.is_file() and file.name != LISTED
    }
    (checkpoint / LISTED).write_text(json.dumps(sizes) + "\n", encoding="utf-8")
    for old in _by_step(checkpoint.parent)[:-KEPT]:
        shutil.rmtree(old)


def newest(folder: Path | None) -> Path | None:
    """The last checkpoint that is whole, if there is one."""
    found = _by_step(folder) if folder else []
    return next((checkpoint for checkpoint in reversed(found) if _is_whole(checkpoint)), None)


def _by_step(folder: Path) -> list[Path]:
    """Named as transformers does: checkpoint-25."""
    found = [path for path in folder.glob("checkpoint-*") if path.name[11:].isdigit()]
    return sorted(found, key=lambda path: int(path.name[11:]))


def _is_whole(checkpoint: Path) -> bool:
    try:
        sizes = json.loads((checkpoint / LISTED).read_text(encoding="utf-8"))
        return all((checkpoint / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False
