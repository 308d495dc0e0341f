"""Archives such as `model.tar.gz`: unpacked as data, whoever made them."""

import tarfile
from pathlib import Path

from facts import digest_of

ARCHIVE = "model.tar.gz"
NONE = "none"
"""In place of a version, where none is approved."""
ANYWAY = (
    "; to train without the comparison, declare 'compare_with_approved: false' in the gate of "
    "project.yml, or reject that version"
)


class NotRegistered(ValueError):
    """What is there is not the model that a version names."""


def registered(folder: Path, version: str, sha256: str) -> Path:
    """The archive of a version's model.

    Args:
        folder: the input that holds it.
        version: its ARN, for messages.
        sha256: the hash under which it was sealed.

    Raises:
        NotRegistered: there is no archive, or another one.
    """
    archive = folder / ARCHIVE
    if not archive.is_file():
        raise NotRegistered(
            f"the input '{folder.name}' holds no {ARCHIVE}, and {version} is approved"
        )
    actual = digest_of(archive)
    if actual != sha256:
        raise NotRegistered(f"the model of {version} has SHA-256 {actual}, {sha256} was registered")
    return archive


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive into `target`, and nothing outside of it.

    Raises:
        tarfile.TarError: something in it would end up elsewhere.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as packed:
        # The filter came with Python 3.11.4; Debian 12 has 3.11.2.
        if hasattr(tarfile, "data_filter"):
            packed.extractall(target, filter="data")
            return
        base = target.resolve()
        for member in packed.getmembers():
            plain = member.isfile() or member.isdir()
            if not plain or not (base / member.name).resolve().is_relative_to(base):
                raise tarfile.ExtractError(f"{member.name!r} is no plain file of this archive")
        packed.extractall(target)
