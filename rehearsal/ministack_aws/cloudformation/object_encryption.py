"""Objects under a key of KMS: who writes or reads them needs the key as well.

S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)": S3 asks KMS in the name
of the caller, for `kms:GenerateDataKey` to write an object and for `kms:Decrypt` to read it.
"""

import functools

import ministack.services.kms as kms
import ministack.services.s3 as s3
from ministack.core import iam_evaluator as evaluator
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.core.router import extract_access_key_id

BUCKET = "AWS::S3::Bucket"
ALGORITHM_HEADER = "x-amz-server-side-encryption"
KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
CONFIGURATION = """<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
<SSEAlgorithm>{algorithm}</SSEAlgorithm>{key}</ApplyServerSideEncryptionByDefault></Rule>\
</ServerSideEncryptionConfiguration>"""


def register(handlers):
    """Ask the key wherever MiniStack looks at how an object is encrypted."""
    bucket = handlers[BUCKET]
    bucket["create"] = _with_encryption(bucket["create"], 1)
    bucket["update"] = _with_encryption(bucket["update"], 2)
    s3._resolve_sse_write_headers = _written(s3._resolve_sse_write_headers)
    s3._check_sse_read_headers = _read(s3._check_sse_read_headers)
    s3._check_sse_c_copy_source = _read(s3._check_sse_c_copy_source)


def _with_encryption(change, position):
    """AWS::S3::Bucket, BucketEncryption: "Specifies default encryption for a bucket"."""

    @functools.wraps(change)
    def wrapped(*arguments, **options):
        bucket, attributes = change(*arguments, **options)
        encryption = arguments[position].get("BucketEncryption") or {}
        for rule in encryption.get("ServerSideEncryptionConfiguration", ()):
            default = rule.get("ServerSideEncryptionByDefault") or {}
            key = default.get("KMSMasterKeyID")
            s3._bucket_encryption[bucket] = CONFIGURATION.format(
                algorithm=default.get("SSEAlgorithm", "AES256"),
                key=f"<KMSMasterKeyID>{key}</KMSMasterKeyID>" if key else "",
            )
        return bucket, attributes

    return wrapped


def _written(resolve):
    @functools.wraps(resolve)
    def wrapped(headers, bucket):
        if headers.get(ALGORITHM_HEADER) == "aws:kms" and not headers.get(KEY_HEADER):
            # API_PutObject: without a key id, "Amazon S3 uses the AWS managed key (aws/s3)", which
            # everybody of the account may use through S3.
            return {ALGORITHM_HEADER: "aws:kms"}, None
        found, error = resolve(headers, bucket)
        error = error or _refusal(headers, "kms:GenerateDataKey", found)
        return (None, error) if error else (found, None)

    return wrapped


def _read(check):
    @functools.wraps(check)
    def wrapped(headers, stored):
        return check(headers, stored) or _refusal(
            headers, "kms:Decrypt", s3._stored_sse_headers(stored)
        )

    return wrapped


def _refusal(headers, action, encryption):
    """The answer to a caller who may not use the key of an object; None where it may."""
    caller = extract_access_key_id(headers)
    key = _arn(encryption.get(KEY_HEADER, ""))
    if not caller or not key:
        return None
    # The request is served in the account of the bucket, and its caller may be of another one.
    with request_scope(_account(evaluator.caller_arn()), get_region()):
        refused = evaluator.enforce(
            caller,
            action,
            "kms",
            get_region(),
            resource_arn=key,
            service_context={"kms:ViaService": f"s3.{get_region()}.amazonaws.com"},
        )
    if refused is None:
        return None
    who = getattr(refused, "principal_arn", "the caller")
    message = f"User: {who} is not authorized to perform: {action} on resource: {key}"
    return s3._error("AccessDenied", message, 403)


def _account(principal):
    parts = principal.split(":")
    return parts[4] if len(parts) > 4 else get_account_id()


def _arn(key):
    """The ARN of a key of this account, or of any that is named by its ARN."""
    if ":key/" in key:
        return key
    found = kms._resolve_key(key)
    return found["Arn"] if found else ""
