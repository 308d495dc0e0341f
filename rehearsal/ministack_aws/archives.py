"""Archives that users and their jobs make: unpacked as data, below their target only."""

import io
import tarfile
from pathlib import Path


def unpack(content: bytes, folder: Path) -> None:
    """Unpack a tar file, compressed or not, into a folder.

    Raises:
        tarfile.TarError: something in it would end up elsewhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        # The filter came with Python 3.11.4; Debian 12 has 3.11.2.
        if hasattr(tarfile, "data_filter"):
            archive.extractall(folder, filter="data")
            return
        base = folder.resolve()
        for member in archive.getmembers():
            plain = member.isfile() or member.isdir()
            if not plain or not (base / member.name).resolve().is_relative_to(base):
                raise tarfile.ExtractError(f"{member.name!r} is no plain file of this archive")
        archive.extractall(folder)
