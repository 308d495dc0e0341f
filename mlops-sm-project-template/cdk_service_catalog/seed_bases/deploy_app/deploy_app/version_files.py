"""What a deployment is tried with: a file of `config/`, else what the version brings.

The training leaves files of the same names in the archive of the model. It lies where nobody can
exchange it, under the hash of its content.
"""

import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy_app.errors import DeployError
from deploy_app.settings import NONE

CONFIG = Path(__file__).resolve().parents[1] / "config"
URI = "MODEL_DATA_URI"
LARGEST = 4 * 1024 * 1024
"""Bytes of such a file: some rows have fewer, whatever a training has packed."""


@dataclass(frozen=True)
class VersionFile:
    """A file with samples.

    Attributes:
        origin: where it comes from, for people.
        own: it is the repository's.
    """

    text: str
    origin: str
    own: bool

    @property
    def advice(self) -> str:
        """What to do where it does not fit the model."""
        name = self.origin.rpartition("/")[2]
        if self.own:
            return f"write what fits into {self.origin}, or remove it: a version brings samples"
        return f"write requests of your own into config/{name}, which wins over this one"


def version_file(
    name: str, environment: Mapping[str, str], *, folder: Path = CONFIG
) -> VersionFile:
    """The repository's file, or that of the version's archive.

    Raises:
        DeployError: neither is there, or it cannot be read.
    """
    own = folder / name
    try:
        if own.is_file():
            return VersionFile(own.read_text(encoding="utf-8"), f"config/{name}", own=True)
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"cannot read {own}: {error}") from None
    uri = environment.get(URI, NONE)
    if not uri.startswith("s3://"):
        raise DeployError(f"there is no config/{name}, and {URI} names no archive of the version")
    s3 = boto3.client("s3", region_name=environment["AWS_REGION"])
    return VersionFile(packed(s3, uri, name), f"{uri}/{name}", own=False)


def packed(s3: Any, uri: str, name: str) -> str:
    """A file at the top of a version's archive, which is read up to there and not kept.

    Raises:
        DeployError: it is not there, or the archive cannot be read.
    """
    place = urlparse(uri)
    try:
        body = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"]
        with tarfile.open(fileobj=body, mode="r|gz") as archive:
            text = next(_texts(archive, name), None)
    except (BotoCoreError, ClientError, tarfile.TarError, EOFError, ValueError) as error:
        raise DeployError(f"cannot read {name} in {uri}: {error}") from None
    if text is None:
        raise DeployError(
            f"{uri} has no {name}: the version was trained before trainings have left one, or by a "
            f"script of your own; write config/{name}, or train again"
        )
    return text


def _texts(archive: tarfile.TarFile, name: str) -> Iterator[str]:
    for member in archive:
        if member.isfile() and member.name.removeprefix("./") == name:
            content = archive.extractfile(member)
            assert content is not None  # of a file
            if member.size > LARGEST:
                raise ValueError(f"it has {member.size} bytes, {LARGEST} are allowed")
            yield content.read().decode()
