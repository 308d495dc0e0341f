"""Archives such as `model.tar.gz`: unpacked as data, whoever made them."""

import tarfile
from pathlib import Path


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
