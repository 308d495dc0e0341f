"""Where sealed models lie: once, under the hash of their content."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "registered/"
FILE: Final = "model.tar.gz"
URI: Final = re.compile(r"s3://([a-z0-9.-]{3,63})/registered/([0-9a-f]{64})/model\.tar\.gz")


@dataclass(frozen=True)
class Sealed:
    """A sealed model, by where it is said to lie."""

    bucket: str
    sha256: str

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return sealed_key(self.sha256)

    @property
    def uri(self) -> str:
        """Where a version of the model says that it lies."""
        return f"s3://{self.bucket}/{self.key}"


def sealed_key(sha256: str) -> str:
    """The key of the model with a hash."""
    return f"{PREFIX}{sha256}/{FILE}"


def parse(uri: str) -> Sealed | None:
    """The model that a URI names; None where it does not name a sealed one."""
    found = URI.fullmatch(uri)
    return Sealed(found[1], found[2]) if found else None


def hash_of(chunks: Iterable[bytes]) -> str:
    """SHA-256 of a stream; S3 computes none of a whole object that was uploaded in parts.

    Source: S3 User Guide, "Checking object integrity": SHA-256 is a composite checksum for
    multipart uploads, and SageMaker uploads models that way.
    """
    total = hashlib.sha256()
    for chunk in chunks:
        total.update(chunk)
    return total.hexdigest()
