"""The files that jobs read besides data: scripts and seed data, in S3 under a hash of them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ml_pipelines.settings import Settings

SCRIPTS = "source_scripts"
FOLDERS = (SCRIPTS, "data")
DECLARATION = "project.yml"
"""Where a repository has one: it goes where the scripts go, which read it."""


def _repository() -> Path:
    """Where this code lies, or for an installed copy of it the folder that a command runs in."""
    beside = Path(__file__).resolve().parents[1]
    return beside if (beside / FOLDERS[0]).is_dir() else Path.cwd()


REPOSITORY = _repository()


@dataclass(frozen=True)
class Upload:
    """One file and its key in the artifact bucket."""

    file: Path
    key: str


class SourcesDiffer(Exception):
    """What lies in S3 under the hash of these sources is something else."""


class Sources:
    """What is uploaded where; the same files have the same place, and nothing is overwritten.

    Attributes:
        digest: SHA-256 of the names and contents of all files.
    """

    def __init__(self, settings: Settings, root: Path = REPOSITORY) -> None:
        self._root = root
        self._settings = settings
        self._files = [*_files(root)]
        self.digest = _digest(root, self._files)

    def uri(self, name: str) -> str:
        """Where a file or a folder of the repository lies, such as `source_scripts/train.py`.

        Raises:
            FileNotFoundError: the repository has nothing of this name.
        """
        if not (self._root / name).exists():
            raise FileNotFoundError(
                f"{self._root} has no '{name}'; run the command in the folder of the repository"
            )
        return self._settings.uri("sources", self.digest, name)

    def uploads(self) -> list[Upload]:
        """The plan, in the order of names."""
        prefix = f"sources/{self.digest}"
        return [Upload(file, f"{prefix}/{_place(file, self._root)}") for file in self._files]

    def upload(self, s3: Any) -> int:
        """Carry the plan out with a client of S3; how many files.

        Raises:
            SourcesDiffer: something else lies where a file of these sources belongs.
        """
        for upload in self.uploads():
            put_once(s3, self._settings, upload.key, upload.file.read_bytes())
        return len(self.uploads())


def put_once(s3: Any, settings: Settings, key: str, content: bytes) -> None:
    """Write an object, encrypted with the project's key; the bucket takes each key below `sources/`
    once, and what is there already is compared, not trusted.

    Raises:
        SourcesDiffer: something else is there.
    """
    try:
        s3.put_object(
            Bucket=settings.artifact_bucket,
            Key=key,
            Body=content,
            IfNoneMatch="*",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=settings.kms_key_arn,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        found = s3.get_object(Bucket=settings.artifact_bucket, Key=key)["Body"].read()
        here, there = (hashlib.sha256(text).hexdigest() for text in (content, found))
        if here != there:
            raise SourcesDiffer(
                f"s3://{settings.artifact_bucket}/{key} has SHA-256 {there}, and this commit "
                f"{here}: somebody else has written there, so nothing runs with it; find out who "
                f"in the access log of the bucket, change any file of {' or '.join(FOLDERS)} and "
                "push again"
            ) from None


def _files(root: Path) -> Iterator[Path]:
    if (root / DECLARATION).is_file():
        yield root / DECLARATION
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            parts = file.relative_to(root).parts
            # What editors and tools leave behind is not a source.
            hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
            if file.is_file() and not hidden:
                yield file


def _place(file: Path, root: Path) -> str:
    within = file.relative_to(root).as_posix()
    return f"{SCRIPTS}/{DECLARATION}" if within == DECLARATION else within


def _digest(root: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.relative_to(root).as_posix()}\0{content}\n".encode())
    return total.hexdigest()
