"""Seal: copies a trained model to where nobody can exchange it, under the hash of its content.

A Lambda step of the project's SageMaker pipeline invokes it with `{"source": "s3://..."}`, and
registers the version with the `uri` and the `sha256` that it answers.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from .sealed import FILE, Sealed, hash_of
from .settings import Refused, Settings, is_artifact_bucket, load_settings

TRAINED: Final = "models/"
CHUNK: Final = 8 * 1024 * 1024
PART: Final = 1024 * 1024 * 1024
"""UploadPartCopy takes up to 5 GiB (S3 User Guide, "Amazon S3 multipart upload limits")."""
ALREADY_THERE: Final = "PreconditionFailed"


def handler(event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
    """Answer with `uri` and `sha256`, which the step offers to the steps after it.

    Raises:
        Refused: the source is not a model that a project has trained; the step fails with the
            message.
    """
    # Only here: the pure functions are used where there is no boto3.
    import boto3

    sealed = seal(boto3.client("s3"), load_settings(), str(event.get("source", "")))
    answer = {"uri": sealed.uri, "sha256": sealed.sha256}
    return {"statusCode": 200, "body": json.dumps(answer), **answer}


def seal(s3: Any, settings: Settings, source: str) -> Sealed:
    """Copy a model, inside S3 and whatever its size; sealing it again changes nothing.

    The version of the object is fixed first, so that what is hashed is what is copied.

    Args:
        s3: a client of S3 with the function's role.
        source: the URI of a trained `model.tar.gz`.
    """
    bucket, key = trained(settings, source)
    head = _head(s3, bucket, key)
    size, version = int(head["ContentLength"]), head.get("VersionId", "")
    if not version or version == "null":
        raise Refused(f"bucket '{bucket}' keeps no versions, so what is hashed could be exchanged")
    if not size:
        raise Refused(f"the model '{source}' is empty; see the log of the training job")
    body = s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"]
    sealed = Sealed(bucket, hash_of(body.iter_chunks(CHUNK)))
    _copy(s3, {"Bucket": bucket, "Key": key, "VersionId": version}, size, sealed)
    return sealed


def trained(settings: Settings, source: str) -> tuple[str, str]:
    """Bucket and key of a trained model.

    Raises:
        Refused: the URI names something else.
    """
    place = urlsplit(source)
    bucket, key = place.netloc, place.path.removeprefix("/")
    if place.scheme != "s3" or place.query or place.fragment:
        raise Refused(f"'{source}' is not a URI such as s3://<bucket>/models/<job>/output/{FILE}")
    if not is_artifact_bucket(settings, bucket):
        raise Refused(
            f"'{bucket}' is not the artifact bucket of a project of account "
            f"{settings.dev_account}; train into {settings.bucket_prefix}-p-<id>-artifacts-"
            f"{settings.dev_account}"
        )
    if not key.startswith(TRAINED) or not key.endswith(f"/{FILE}"):
        raise Refused(f"'{key}' is not {TRAINED}.../{FILE}; set the training step's output path")
    return bucket, key


def _head(s3: Any, bucket: str, key: str) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = s3.head_object(Bucket=bucket, Key=key)
    except Exception as error:
        if _code(error) in ("404", "NoSuchKey"):
            raise Refused(f"there is no object 's3://{bucket}/{key}'; train it first") from None
        raise
    return found


def _copy(s3: Any, source: Mapping[str, str], size: int, sealed: Sealed) -> None:
    """Copy in parts: CompleteMultipartUpload takes `If-None-Match`, a copy in one call does not.

    Source: S3 User Guide, "Enforce conditional writes on Amazon S3 buckets".
    """
    target = {"Bucket": sealed.bucket, "Key": sealed.key}
    origin = f"{source['Key']}?versionId={source['VersionId']}"
    upload = s3.create_multipart_upload(**target, Metadata={"sha256": sealed.sha256, "of": origin})
    named = {**target, "UploadId": upload["UploadId"]}
    try:
        parts = [
            {
                "PartNumber": number,
                "ETag": s3.upload_part_copy(
                    **named, PartNumber=number, CopySource=dict(source), CopySourceRange=found
                )["CopyPartResult"]["ETag"],
            }
            for number, found in enumerate(ranges(size), start=1)
        ]
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
    except Exception as error:
        s3.abort_multipart_upload(**named)
        if _code(error) != ALREADY_THERE:
            raise


def ranges(size: int, part: int = PART) -> Iterator[str]:
    """The parts of an object, as UploadPartCopy names them."""
    for start in range(0, size, part):
        yield f"bytes={start}-{min(start + part, size) - 1}"


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
