"""Data between S3 and a job's folders, with the permissions of the job's role."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ministack_aws.engine.types import Client


def place(uri: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


def download(s3: Client, uri: str, folder: Path) -> None:
    """Everything below a prefix, as File mode does: the last part of the prefix is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for relative, content in objects(s3, uri):
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def objects(s3: Client, uri: str) -> Iterator[tuple[str, bytes]]:
    """The objects below a prefix by what follows it, and their content.

    Raises:
        FileNotFoundError: there are none.
    """
    bucket, prefix = place(uri)
    found = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [row["Key"] for page in found for row in page.get("Contents", ())]
    if not keys:
        raise FileNotFoundError(f'No S3 objects found under S3 URL "{uri}"')
    for key in keys:
        relative = key[len(prefix) :].lstrip("/") or Path(key).name
        yield relative, s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def upload_object(s3: Client, content: bytes, uri: str, key_id: str = "") -> None:
    """One object, encrypted with a key where one is given."""
    _put(s3, *place(uri), content, key_id)


def upload(s3: Client, folder: Path, uri: str, key_id: str = "") -> None:
    """Every file of a folder below a prefix, encrypted with a key where one is given."""
    bucket, prefix = place(uri)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        key = f"{prefix.rstrip('/')}/{file.relative_to(folder).as_posix()}"
        _put(s3, bucket, key, file.read_bytes(), key_id)


def upload_archive(s3: Client, folder: Path, uri: str, key_id: str = "") -> None:
    """A folder as `model.tar.gz`."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.add(folder, arcname=".")
    bucket, key = place(uri)
    _put(s3, bucket, key, content.getvalue(), key_id)


def _put(s3: Client, bucket: str, key: str, content: bytes, key_id: str) -> None:
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
    s3.put_object(Bucket=bucket, Key=key, Body=content, **encrypted)
