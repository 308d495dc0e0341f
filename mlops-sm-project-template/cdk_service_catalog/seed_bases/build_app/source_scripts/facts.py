"""What a version records of its making: each value short enough for the registry."""

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FILE = "facts.json"
NOT_ALLOWED = re.compile(r"[^\w .:/=+@-]")
BLOCK = 1 << 20
LONGEST = 256
"""CreateModelPackage, CustomerMetadataProperties: characters and length of a value."""


def digest(folder: Path) -> str:
    """SHA-256 of the names and contents of all files below a folder, or of a file as in one."""
    base = folder if folder.is_dir() else folder.parent
    files = sorted(file for file in folder.rglob("*") if file.is_file()) or [folder]
    total = hashlib.sha256()
    for file in files:
        found = digest_of(file)
        total.update(f"{file.relative_to(base).as_posix()}\0{found}\n".encode())
    return total.hexdigest()


def digest_of(file: Path) -> str:
    """SHA-256 of a file, however big.

    As hashlib.file_digest, which the Python of the image for XGBoost does not have.
    """
    found = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def write(folder: Path, data: Path, parts: Mapping[str, int]) -> None:
    """Leave what is known of the data.

    Args:
        parts: how many rows are in each part of the split.
    """
    folder.mkdir(parents=True, exist_ok=True)
    content = {"data_sha256": digest(data), "rows": dict(parts)}
    (folder / FILE).write_text(json.dumps(content) + "\n", encoding="utf-8")


def read(folder: Path) -> dict[str, Any]:
    """What `write` has left."""
    found: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return found


def libraries(names: Iterable[str]) -> dict[str, str]:
    """The releases of Python and of those of some packages that are here."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def words(content: Any) -> str:
    """A value for the registry: `name=value` for a table, and nothing that it refuses."""
    if isinstance(content, Mapping):
        content = " ".join(f"{name}={value}" for name, value in content.items())
    return NOT_ALLOWED.sub("_", str(content))[:LONGEST]
