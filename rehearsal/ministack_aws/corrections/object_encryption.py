"""Objects under a key of KMS: who writes or reads them needs the key as well.

S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)": S3 calls KMS in the name
of the caller, `kms:GenerateDataKey` to write an object and `kms:Decrypt` to read it.
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.engine import iam, kms, s3
from ministack_aws.engine.requests import access_key_id, get_account_id, get_region, request_scope
from ministack_aws.engine.types import Attributes, Headers, Record, ResourceHandlers, Response

BUCKET: Final = "AWS::S3::Bucket"
ALGORITHM_HEADER: Final = "x-amz-server-side-encryption"
KEY_HEADER: Final = "x-amz-server-side-encryption-aws-kms-key-id"
CONFIGURATION: Final = """<ServerSideEncryptionConfiguration><Rule>\
<ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm>{key}\
</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"""

KEY: Final = re.compile("<KMSMasterKeyID>(.+?)</KMSMasterKeyID>")

Change = Callable[..., tuple[str, Attributes]]
Written = tuple[Headers | None, Response | None]
Check = Callable[[Mapping[str, str], Record], Response | None]


def register(handlers: ResourceHandlers) -> None:
    """Evaluate the key wherever MiniStack looks at how an object is encrypted."""
    bucket = handlers[BUCKET]
    bucket["create"] = _with_encryption(bucket["create"], 1)
    bucket["update"] = _with_encryption(bucket["update"], 2)
    s3.encryption_of_write.wrap(_written)
    s3.refusal_of_read.wrap(_read)
    s3.refusal_of_copy.wrap(_read)


def _with_encryption(change: Change, position: int) -> Change:
    """AWS::S3::Bucket, BucketEncryption: "Specifies default encryption for a bucket"."""

    @functools.wraps(change)
    def wrapped(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        bucket, attributes = change(*arguments, **options)
        encryption = arguments[position].get("BucketEncryption") or {}
        for rule in encryption.get("ServerSideEncryptionConfiguration", ()):
            default = rule.get("ServerSideEncryptionByDefault") or {}
            key = default.get("KMSMasterKeyID")
            s3.bucket_encryption()[bucket] = CONFIGURATION.format(
                algorithm=default.get("SSEAlgorithm", "AES256"),
                key=f"<KMSMasterKeyID>{key}</KMSMasterKeyID>" if key else "",
            )
        return bucket, attributes

    return wrapped


def _written(
    resolve: Callable[[Mapping[str, str], str], Written],
) -> Callable[[Mapping[str, str], str], Written]:
    @functools.wraps(resolve)
    def wrapped(headers: Mapping[str, str], bucket: str) -> Written:
        if headers.get(ALGORITHM_HEADER) == "aws:kms" and not headers.get(KEY_HEADER):
            # API_PutObject: without a key id, "Amazon S3 uses the AWS managed key (aws/s3)", which
            # everybody of the account may use through S3.
            return {ALGORITHM_HEADER: "aws:kms"}, None
        found, error = resolve(headers, bucket)
        error = error or _refusal(headers, "kms:GenerateDataKey", found or {})
        return (None, error) if error else (found, None)

    return wrapped


def _read(check: Check) -> Check:
    @functools.wraps(check)
    def wrapped(headers: Mapping[str, str], stored: Record) -> Response | None:
        return check(headers, stored) or _refusal(
            headers, "kms:Decrypt", s3.encryption_of_object(stored)
        )

    return wrapped


def _refusal(
    headers: Mapping[str, str], action: str, encryption: Mapping[str, str]
) -> Response | None:
    """The answer to a caller who may not use the key of an object; None where it may."""
    caller = access_key_id(headers, None)
    key = _arn(encryption.get(KEY_HEADER, ""))
    if not caller or not key:
        return None
    via = {"kms:ViaService": f"s3.{get_region()}.amazonaws.com"}
    # The request is served in the account of the bucket, and its caller may be of another one.
    with request_scope(_account(iam.caller_arn()), get_region()):
        refused = iam.enforce(caller, action, "kms", get_region(), key, via)
    if refused is None:
        return None
    who = getattr(refused, "principal_arn", "the caller")
    message = f"User: {who} is not authorized to perform: {action} on resource: {key}"
    return s3.error("AccessDenied", message, 403)


def default_key(bucket: str, owner: str) -> str:
    """The ARN of the key that encrypts a bucket of an account by default; empty for none."""
    with request_scope(owner, get_region()):
        match = KEY.search(s3.bucket_encryption().get(bucket) or "")
        return _arn(match[1]) if match else ""


def _account(principal: str) -> str:
    parts = principal.split(":")
    return parts[4] if len(parts) > 4 else get_account_id()


def _arn(key: str) -> str:
    """The ARN of a key of this account, or of any that is named by its ARN."""
    if ":key/" in key:
        return key
    found = kms.find_key(key)
    return found["Arn"] if found else ""
