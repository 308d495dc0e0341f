"""A zip of a snapshot, equal byte for byte wherever and whenever it is made from equal content."""

import shutil
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from mlops_commons.utilities.snapshot import Snapshot

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; the times of a checkout say nothing about its content."""
UNIX: Final = 3
REGULAR_FILE: Final = 0o100000


def archive(content: Snapshot) -> Path:
    """The zip of a snapshot, made once in a process for equal content; it lies until the end of it.

    What stands in for files of a checkout is added to a copy of the zip with everything else, so
    that the repositories of many account sets cost one compression and as many copies.
    Modes are 0644, and 0755 where the snapshot keeps them, whatever the umask of the checkout was.

    Returns:
        a file to be given to `aws_s3_assets.Asset` together with `asset_hash=content.digest()`:
        the CDK copies it as it is, and hashes nothing.
    """
    file = Path(_folder().name) / f"{content.digest()}.zip"
    if not file.exists():
        if content.replacements:
            shutil.copyfile(archive(content.without_replaced()), file)
        _add(file, content)
    return file


def _add(file: Path, content: Snapshot) -> None:
    """Add the files of a snapshot, or those with other content than in the checkout."""
    names = [name for name in content.files if name in content.replacements]
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as target:
        for name in names or content.files:
            entry = zipfile.ZipInfo(str(name), EPOCH)
            entry.create_system = UNIX
            entry.external_attr = (REGULAR_FILE | content.mode(name)) << 16
            target.writestr(entry, content.read(name), zipfile.ZIP_DEFLATED)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Where this process keeps its archives; removed when the process ends."""
    return TemporaryDirectory(prefix="mlops-archives-")
