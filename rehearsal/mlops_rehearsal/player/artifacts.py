"""Artifacts: folders that travel as zip files through the artifact bucket, encrypted."""

import io
import secrets
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Artifact:
    """Where an artifact lies."""

    bucket: str
    key: str


def pack(root: Path, files: Iterable[Path]) -> bytes:
    """A zip file of some files, with their modes, named relative to a folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(files):
            archive.write(file, file.relative_to(root))
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Write the files of a zip file, with their modes, below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            mode = entry.external_attr >> 16 & 0o777
            if mode and not entry.is_dir():
                (folder / entry.filename).chmod(mode | 0o600)


def place_of(pipeline: str, name: str, store: tuple[str, str]) -> Artifact:
    """Where a new artifact goes; CodePipeline shortens both names to 20 and 10 characters."""
    return Artifact(store[0], f"{pipeline[:20]}/{name[:10]}/{secrets.token_hex(4)[:7]}.zip")


def put(s3: Any, pipeline: str, name: str, store: tuple[str, str], content: bytes) -> Artifact:
    """Store an artifact under the key of the store, as CodePipeline names it."""
    key_id = store[1]
    found = place_of(pipeline, name, store)
    s3.put_object(
        Bucket=found.bucket,
        Key=found.key,
        Body=content,
        ServerSideEncryption="aws:kms",
        **({"SSEKMSKeyId": key_id} if key_id else {}),
    )
    return found


def get(s3: Any, artifact: Artifact) -> bytes:
    """The content of an artifact, read with the permissions of the client."""
    content: bytes = s3.get_object(Bucket=artifact.bucket, Key=artifact.key)["Body"].read()
    return content
