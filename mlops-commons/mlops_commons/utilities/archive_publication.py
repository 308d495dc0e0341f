"""A snapshot uploaded as the archive from which a pipeline delivers."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from mlops_commons.utilities.archive import archive
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.git import Git
from mlops_commons.utilities.publication import own_files, replace_content
from mlops_commons.utilities.snapshot import Snapshot

BRANCH = "archive"
AS_UPLOADED = "see who has uploaded it, and publish over it once it is gone or another is there"


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """An archive as it was read; the tag names exactly this content."""

    content: bytes
    tag: str
    version: str = ""


class Store(Protocol):
    """Where an archive lies."""

    def fetch(self) -> Uploaded | None:
        """The archive that is there; None where there is none yet."""

    def put(self, content: bytes, *, over: Uploaded | None) -> str:
        """Write the archive over exactly the one that was read; its version."""


def publish_archive(
    content: Snapshot,
    store: Store,
    *,
    environment: Mapping[str, str],
    confirm: Callable[[str], bool],
    review: Callable[[Path], None] = lambda folder: None,
    overwrite: bool = False,
) -> str:
    """Upload a snapshot, and say its version; empty where nothing has changed.

    Args:
        environment: of git, which compares.
        confirm: is shown the difference and decides.
        review: is shown what the archive holds, and raises where it does not allow the change.
        overwrite: also over own extensions and products that the snapshot lacks.

    Raises:
        PlatformError: the archive cannot be read or written, holds what the snapshot would drop,
            or somebody has uploaded another one meanwhile.
    """
    content = replace(content, keeps_modes=True)
    there = store.fetch()
    with tempfile.TemporaryDirectory(prefix="mlops-publish-") as folder:
        git = Git(Path(folder) / "compared", environment)
        git.start(BRANCH)
        if there:
            _unpack(there.content, git.root)
            git.read("add", "--all", "--force", ".")
        review(git.root)
        before = git.tree()
        dropped = own_files(git, content)
        if dropped and not overwrite:
            raise PlatformError(
                f"the archive holds what is not in this checkout: {', '.join(dropped[:10])}",
                hint="bring it into this checkout first, or publish over it with --overwrite",
            )
        replace_content(git, content)
        difference = git.read("diff", "--cached", "--no-ext-diff", "--stat=100", before)
        if not difference or not confirm(difference):
            return ""
    return store.put(archive(content).read_bytes(), over=there)


def _unpack(content: bytes, root: Path) -> None:
    """Write the files of an archive; what git would take for its own settings is refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as found:
            for entry in found.infolist():
                parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
                if any(map(_is_gits, parts)):
                    raise PlatformError(
                        f"the archive has an entry '{entry.filename}', which publish never writes",
                        hint=AS_UPLOADED,
                    )
                written = Path(found.extract(entry, root))
                mode = entry.external_attr >> 16 & 0o777
                if mode and not entry.is_dir():
                    written.chmod(mode | 0o600)
    except zipfile.BadZipFile as error:
        raise PlatformError(f"the archive is no zip file: {error}", hint=AS_UPLOADED) from error


def _is_gits(part: str) -> bool:
    """Whether a name means git's own folder somewhere, or what is above."""
    return part == ".." or part.lower().rstrip(" .") in (".git", "git~1")
