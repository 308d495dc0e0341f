"""The same-shape snapshot: this repository minus the other app, as an app's CodeCommit content."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

ROOT_FILES: Final = (
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "conftest.py",
    "constraints.txt",
    "mlops-multi-account.sh",
    "package-lock.json",
    "package.json",
    "pyproject.toml",
)
SHARED_DIRECTORIES: Final = (".ci", "bench", "docs", "mlops-commons")
NAMES: Final = frozenset({".gitignore", "Dockerfile", "LICENSE", "Makefile", "run"})
SUFFIXES: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("cfg", "csv", "html", "ini", "ipynb", "json", "lock", "toml", "txt", "yaml", "yml"),
        *("ambr", "md", "png", "svg"),
        *("py", "sh", "typed"),
    )
)
GENERATED_DIRECTORIES: Final = frozenset({"__pycache__", "build", "cdk.out", "node_modules"})


@dataclass(frozen=True)
class Snapshot:
    """The content of a repository, not yet written anywhere.

    Attributes:
        root: the checkout that the files come from.
        files: paths relative to the root, sorted.
        replacements: text that stands in for a file of the checkout.
    """

    root: Path
    files: tuple[PurePosixPath, ...]
    replacements: Mapping[PurePosixPath, str]

    def read(self, file: PurePosixPath) -> bytes:
        """The content that the repository gets for one file."""
        if file in self.replacements:
            return self.replacements[file].encode()
        return (self.root / file).read_bytes()

    def digest(self) -> str:
        """SHA-256 over paths, modes and contents: equal snapshots have equal digests."""
        total = hashlib.sha256()
        for file in self.files:
            content = hashlib.sha256(self.read(file)).hexdigest()
            total.update(f"{file}\0{_is_executable(self.root / file)}\0{content}\n".encode())
        return total.hexdigest()

    def write(self, destination: Path) -> None:
        """Write the files below `destination`, which must not hold any of them yet."""
        for file in self.files:
            target = destination / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if file in self.replacements:
                target.write_text(self.replacements[file], encoding="utf-8")
                target.chmod(0o755 if _is_executable(self.root / file) else 0o644)
            else:
                shutil.copy(self.root / file, target)


def snapshot(
    root: Path, app_directory: str, replacements: Mapping[PurePosixPath, str] | None = None
) -> Snapshot:
    """Plan the snapshot of one app by an allow-list: what is not named never leaves the laptop.

    Args:
        root: the monorepo, or a snapshot of it (a snapshot of a snapshot is the same again).
        app_directory: the folder of the app, such as `mlops-infra`.
        replacements: text that stands in for a file, by its path relative to the root.
    """
    directories = (*SHARED_DIRECTORIES, app_directory)
    files = [PurePosixPath(name) for name in ROOT_FILES if (root / name).is_file()]
    for directory in directories:
        files.extend(
            PurePosixPath(file.relative_to(root).as_posix()) for file in _allowed(root / directory)
        )
    return Snapshot(root, tuple(sorted(files)), dict(replacements or {}))


def _allowed(directory: Path) -> Iterator[Path]:
    if not directory.is_dir():
        return
    for entry in sorted(directory.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if not _is_generated(entry.name):
                yield from _allowed(entry)
        elif entry.is_file() and not entry.is_symlink() and _is_source(entry):
            yield entry


def _is_generated(name: str) -> bool:
    return name in GENERATED_DIRECTORIES or name.startswith(".") or name.endswith(".egg-info")


def _is_source(file: Path) -> bool:
    return file.name in NAMES or (file.suffix in SUFFIXES and not file.name.startswith("."))


def _is_executable(file: Path) -> bool:
    return bool(file.stat().st_mode & 0o100)
