"""Which changes that others have made in a repository a checkout has, or has had."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.git import Git
from mlops_commons.utilities.snapshot import Snapshot

ABSENT: Final = ""
"""In place of a digest: there is no such file."""


class Brought:
    """Changes of a repository beside what a checkout would make of it.

    A change counts as brought where the checkout has it, and also after that has been seen once:
    who then goes on editing the file does so on top of it. A file that is again what it was before
    somebody changed it has lost the change.
    """

    def __init__(self, git: Git, content: Snapshot, base: str, memory: Path | None) -> None:
        """Compare.

        Args:
            git: a clone of the repository.
            content: what the checkout would publish.
            base: the commit after which others have changed what they have.
            memory: where it is kept what was seen; None for nowhere.
        """
        self._git, self._content, self._base, self._memory = git, content, base, memory

    def dropped(self) -> list[str]:
        """Files that others changed and that would lose that.

        Raises:
            PlatformError: what was seen cannot be kept.
        """
        before = self._remembered()
        changed = list(self._changed())
        has = {name for name, theirs in changed if self._ours(name) == theirs}
        seen = {name: theirs for name, theirs in changed if name in has}
        seen |= {
            name: theirs
            for name, theirs in changed
            if name not in has and before.get(name) == theirs and not self._is_reverted(name)
        }
        if self._memory and seen != before:
            write_atomically(self._memory, json.dumps(seen, indent=2, sort_keys=True) + "\n")
        return [name for name, _ in changed if name not in seen]

    def _changed(self) -> Iterator[tuple[str, str]]:
        """Each changed file with the digest of what it is now."""
        # Plumbing: no renames, colours or programs of the caller's configuration.
        listed = self._git.read("diff-tree", "-r", "--name-only", "-z", self._base, "HEAD")
        for name in filter(None, listed.split("\0")):
            file = self._git.root / name
            yield name, _digest(file.read_bytes()) if file.is_file() else ABSENT

    def _ours(self, name: str) -> str:
        path = PurePosixPath(name)
        found = path in self._content.sources
        return _digest(self._content.read(path)) if found else ABSENT

    def _is_reverted(self, name: str) -> bool:
        path = PurePosixPath(name)
        old = self._git.read("ls-tree", "-z", self._base, "--", name)
        if path not in self._content.sources or not old:
            return not old and path not in self._content.sources
        blob = old.split("\t")[0].split()[2]
        return self._git.blob_of(self._content.read(path)) == blob

    def _remembered(self) -> dict[str, str]:
        try:
            found = json.loads(self._memory.read_text(encoding="utf-8")) if self._memory else {}
        except (OSError, ValueError):
            return {}  # nothing is known, so everything must be brought
        return found if isinstance(found, dict) else {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
