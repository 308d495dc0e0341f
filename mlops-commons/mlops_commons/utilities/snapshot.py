"""The same-shape snapshot: this repository minus the other app, as an app's CodeCommit content."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.names import is_execution_policy_file

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
SHARED_DIRECTORIES: Final = (".ci", "docs", "examples", "mlops-commons")
NAMES: Final = frozenset(
    {".gitignore", "Dockerfile", "LICENSE", "Makefile", "run", "serve", "train"}
)
SUFFIXES: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("cfg", "css", "csv", "html", "in", "ini", "ipynb", "json", "jsonl", "lock", "mjs"),
        *("toml", "txt", "yaml", "yml"),
        *("ambr", "md", "png", "svg"),
        *("py", "sh", "typed"),
    )
)
GENERATED_DIRECTORIES: Final = frozenset({"__pycache__", "build", "cdk.out", "node_modules"})


@dataclass(frozen=True)
class Snapshot:
    """The content of a repository, not yet written anywhere.

    Attributes:
        sources: where each file comes from, by its path in the repository, sorted.
        replacements: text that stands in for a file's own content.
    """

    sources: Mapping[PurePosixPath, Path]
    replacements: Mapping[PurePosixPath, str] = field(default_factory=dict)

    @property
    def files(self) -> tuple[PurePosixPath, ...]:
        """The paths in the repository, sorted."""
        return tuple(self.sources)

    def read(self, file: PurePosixPath) -> bytes:
        """The content that the repository gets for one file."""
        if file in self.replacements:
            return self.replacements[file].encode()
        return self.sources[file].read_bytes()

    def digest(self) -> str:
        """SHA-256 over paths, modes and contents: equal snapshots have equal digests."""
        total = hashlib.sha256()
        for file, source in self.sources.items():
            content = hashlib.sha256(self.read(file)).hexdigest()
            total.update(f"{file}\0{_is_executable(source)}\0{content}\n".encode())
        return total.hexdigest()

    def write(self, destination: Path) -> None:
        """Write the files below `destination`, which must not hold any of them yet."""
        for file, source in self.sources.items():
            target = destination / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if file in self.replacements:
                target.write_text(self.replacements[file], encoding="utf-8")
                target.chmod(0o755 if _is_executable(source) else 0o644)
            else:
                shutil.copy(source, target)


def snapshot(
    root: Path, app_directory: str, replacements: Mapping[PurePosixPath, str] | None = None
) -> Snapshot:
    """Plan the snapshot of one app by an allow-list: what is not named never leaves the laptop.

    Args:
        root: the monorepo, or a snapshot of it (a snapshot of a snapshot is the same again).
        app_directory: the folder of the app, such as `mlops-infra`.
        replacements: text that stands in for a file, by its path relative to the root.
    """
    files = [root / name for name in ROOT_FILES if (root / name).is_file()]
    for directory in (*SHARED_DIRECTORIES, app_directory):
        files.extend(_allowed(root / directory))
    return Snapshot(_by_path(files, root), dict(replacements or {}))


def layered(*directories: Path) -> Snapshot:
    """Plan a repository from folders, of which a later one's file replaces an earlier one's."""
    sources: dict[PurePosixPath, Path] = {}
    for directory in directories:
        sources |= _by_path(_allowed(directory), directory)
    return Snapshot(dict(sorted(sources.items())))


def left_out(directory: Path) -> list[Path]:
    """The files of a folder that no snapshot holds, although no tool has generated them."""
    allowed = set(_allowed(directory))
    return [file for file in _files(directory) if file not in allowed]


def _by_path(files: Iterable[Path], root: Path) -> dict[PurePosixPath, Path]:
    found = {PurePosixPath(file.relative_to(root).as_posix()): file for file in files}
    return dict(sorted(found.items()))


def _allowed(directory: Path) -> Iterator[Path]:
    return (file for file in _files(directory) if _is_source(file))


def _files(directory: Path) -> Iterator[Path]:
    if not directory.is_dir():
        return
    for entry in sorted(directory.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if not _is_generated(entry.name):
                yield from _files(entry)
        elif entry.is_file() and not is_execution_policy_file(entry.name):
            # Those are made of the templates: inside a snapshot they would change what they are
            # made of, and nothing that runs there reads them.
            yield entry


def _is_generated(name: str) -> bool:
    return name in GENERATED_DIRECTORIES or name.startswith(".") or name.endswith(".egg-info")


def _is_source(file: Path) -> bool:
    if file.is_symlink():
        return False
    return file.name in NAMES or (file.suffix in SUFFIXES and not file.name.startswith("."))


def _is_executable(file: Path) -> bool:
    return bool(file.stat().st_mode & 0o100)
