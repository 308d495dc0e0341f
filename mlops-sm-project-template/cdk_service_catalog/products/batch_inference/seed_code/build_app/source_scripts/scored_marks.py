"""What earlier runs have scored: a mark for each file, below the input itself.

`input/_scored/2026/part.csv/<sha256>.json` says that a run has scored `input/2026/part.csv` while
it had that content. It lies below the input because a job without network has nothing but its
channels, and SageMaker refuses a channel of its own while no mark is there yet.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FOLDER = "_scored"
Scored = tuple[str, str]
"""A file by its path below the input, and the SHA-256 of its content."""


def is_below(file: Path, folder: Path) -> bool:
    """Whether a file lies where marks do."""
    return FOLDER in file.relative_to(folder).parts[:-1]


def read(folder: Path, files: Iterable[Path]) -> set[Scored]:
    """What the marks among files below a folder say; what is no whole mark says nothing."""
    found, strange = set(), []
    for file in files:
        if is_below(file, folder):
            scored = _scored(file, folder)
            if scored:
                found.add(scored)
            else:
                strange.append(file.relative_to(folder).as_posix())
    if strange:
        print(f"no marks, so they say nothing: {', '.join(strange[:10])}")
    return found


def _scored(file: Path, folder: Path) -> "Scored | None":
    """What a mark says, when it says of itself where it lies: half a mark does not."""
    parts = file.relative_to(folder).parts
    place = parts.index(FOLDER)
    path, digest = PurePosixPath(*parts[place + 1 : -1]).as_posix(), file.name
    try:
        mark = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # no JSON, or no UTF-8
        return None
    if not isinstance(mark, dict) or not {"execution", "rows", "scored_at"} <= set(mark):
        return None
    if (mark.get("path"), f"{mark.get('sha256')}.json") != (path, digest):
        return None
    return PurePosixPath(*parts[:place], path).as_posix(), str(mark["sha256"])


def write(folder: Path, marks: Iterable[Mapping[str, Any]]) -> None:
    """Leave marks, each where its file and content say."""
    for mark in marks:
        file = folder / str(mark["path"]) / f"{mark['sha256']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(mark, ensure_ascii=False, indent=2, sort_keys=True)
        file.write_text(text + "\n", encoding="utf-8")


def digest(file: Path) -> str:
    """The SHA-256 of a file, however large it is."""
    found = hashlib.sha256()
    with file.open("rb") as source:
        while part := source.read(1 << 20):
            found.update(part)
    return found.hexdigest()
