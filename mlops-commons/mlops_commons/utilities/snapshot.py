"""The same-shape snapshot: this repository minus the other app, as an app's CodeCommit content."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.delivered_files import ROOT_FILES, SHARED_DIRECTORIES, is_delivered
from mlops_commons.utilities.delivered_pages import delivered_pages
from mlops_commons.utilities.names import is_execution_policy_file

NAMES: Final = frozenset(
    {".gitattributes", ".gitignore", "Dockerfile", "LICENSE", "Makefile", "run", "serve", "train"}
)
SUFFIXES: Final = frozenset(
    f".{suffix}"
    for suffix in (
        *("cfg", "css", "csv", "html", "in", "ini", "ipynb", "js", "json", "jsonl", "lock", "mjs"),
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
        pages: text for the readers of this repository, which all sets share.
        keeps_modes: its digest and its archive know which files are executable. A repository that
            CloudFormation fills knows it not (aws-cdk issue 24083), so what is made of the content
            there has to be what it is here.
    """

    sources: Mapping[PurePosixPath, Path]
    replacements: Mapping[PurePosixPath, str] = field(default_factory=dict)
    pages: Mapping[PurePosixPath, str] = field(default_factory=dict)
    keeps_modes: bool = False
    _digests: dict[Path, str] = field(default_factory=dict, repr=False, compare=False)
    """Of sources that have been read: what the snapshots of many sets share is hashed once."""

    @property
    def files(self) -> tuple[PurePosixPath, ...]:
        """The paths in the repository, sorted."""
        return tuple(self.sources)

    def read(self, file: PurePosixPath) -> bytes:
        """The content that the repository gets for one file."""
        for texts in (self.replacements, self.pages):
            if file in texts:
                return texts[file].encode()
        return self.sources[file].read_bytes()

    def digest(self) -> str:
        """SHA-256 over paths and contents, and modes where they are kept."""
        total = hashlib.sha256()
        for file in self.files:
            line = f"{file}\0{self.mode(file):o}\0{self._content_digest(file)}\n"
            total.update(line.encode())
        return total.hexdigest()

    def mode(self, file: PurePosixPath) -> int:
        """The mode of a file in the archive."""
        return self._own_mode(file) if self.keeps_modes else 0o644

    def _own_mode(self, file: PurePosixPath) -> int:
        return 0o755 if self.sources[file].stat().st_mode & 0o100 else 0o644

    def replacing(self, texts: Mapping[PurePosixPath, str]) -> "Snapshot":
        """The same files, some of them with another text; what is not among them is left out."""
        known = {file: text for file, text in texts.items() if file in self.sources}
        return replace(self, replacements={**self.replacements, **known})

    def without_replaced(self) -> "Snapshot":
        """Only the files that have the content of their sources."""
        kept = {f: source for f, source in self.sources.items() if f not in self.replacements}
        return replace(self, sources=kept, replacements={})

    def write(self, destination: Path) -> None:
        """Write the files below `destination`, which must not hold any of them yet."""
        for file in self.files:
            target = destination / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.read(file))
            target.chmod(self._own_mode(file))

    def _content_digest(self, file: PurePosixPath) -> str:
        if file in self.replacements or file in self.pages:
            return hashlib.sha256(self.read(file)).hexdigest()
        source = self.sources[file]
        if source not in self._digests:
            self._digests[source] = hashlib.sha256(source.read_bytes()).hexdigest()
        return self._digests[source]


def snapshot(
    root: Path, app_directory: str, replacements: Mapping[PurePosixPath, str] | None = None
) -> Snapshot:
    """Plan the snapshot of one app by an allow-list: what is not named never leaves the laptop.

    It holds what makes the app, what checks it before it is delivered, and the documentation.

    Args:
        root: the monorepo, or a snapshot of it (a snapshot of a snapshot is the same again).
        app_directory: the folder of the app, such as `mlops-infra`.
        replacements: text that stands in for a file, by its path relative to the root.
    """
    everything = checkout(root, app_directory)
    kept = {
        file: source
        for file, source in everything.sources.items()
        if is_delivered(file, app_directory)
    }
    pages = delivered_pages(everything.sources, kept)
    return Snapshot(kept, pages=pages).replacing(replacements or {})


def checkout(
    root: Path, *app_directories: str, replacements: Mapping[PurePosixPath, str] | None = None
) -> Snapshot:
    """The same allow-list for all that a clone of the monorepo has of these apps.

    Args:
        root: the monorepo.
        app_directories: the folders of the apps.
        replacements: text that stands in for a file, by its path relative to the root.
    """
    files = [root / name for name in ROOT_FILES if (root / name).is_file()]
    for directory in (".ci", *SHARED_DIRECTORIES, *app_directories):
        files.extend(_allowed(root / directory))
    return Snapshot(_by_path(files, root)).replacing(replacements or {})


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
