"""Who may do what with the objects of a bucket, by the bucket's own policy.

Source: "Security best practices for Amazon S3" (requests without TLS), Amazon S3 User Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, listed
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.checks.access_logs import LOGGING, logs_into, policy_of
from mlops_rehearsal.behaviour.checks.keys import of_somebody_else
from mlops_rehearsal.behaviour.checks.readers import accounts, objects_of, readers
from mlops_rehearsal.behaviour.policies import (
    resource_allows,
    resource_denies,
    services_of,
    statements,
)
from mlops_rehearsal.behaviour.stack import Resource, Stack

FOREIGN: Final = "999999999999"


def buckets_refuse_plain_requests(stack: Stack) -> Iterator[str]:
    """Nobody, not even the account, reads or writes without TLS; with TLS nobody is refused."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        policy, arn = policy_of(stack, bucket), stack.arn(bucket.id)
        who = f"arn:aws:iam::{stack.account}:role/any"
        for action, on in (
            ("s3:GetObject", f"{arn}/x"),
            ("s3:ListBucket", arn),
            ("s3:PutBucketPolicy", arn),
        ):
            plain = {"aws:SecureTransport": "false"}
            if not resource_denies(policy, who, _asked(stack, action, on, plain)):
                yield f"{bucket.id}: {action} without TLS"
            if resource_denies(policy, who, _asked(stack, action, on)):
                yield f"{bucket.id} refuses {action} to everybody"


def foreign_accounts_do_not_read(stack: Stack) -> Iterator[str]:
    """An account that is no part of the platform, and any role of those that are."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        policy = policy_of(stack, bucket)
        for account in sorted({FOREIGN, *accounts(policy)} - {stack.account}):
            who = f"arn:aws:iam::{account}:role/somebody-else"
            for action, on in (*_reading(stack, bucket), _writing(stack, bucket)):
                if resource_allows(policy, who, _asked(stack, action, on, _as(who))):
                    yield f"{bucket.id}: {who} may {action}"


def named_roles_read(stack: Stack) -> Iterator[str]:
    """The roles that a policy names read what is there, from wherever they are."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        policy = policy_of(stack, bucket)
        for who in readers(policy):
            for action, on in _reading(stack, bucket):
                if not resource_allows(policy, who, _asked(stack, action, on, _as(who))):
                    yield f"{bucket.id}: {who} may not {action}"


def objects_are_encrypted_with_the_key(stack: Stack) -> Iterator[str]:
    """A bucket that is no target of logs has a key of its own, and does not call it each time."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        encryption = bucket.properties.get("BucketEncryption", {})
        rules = encryption.get("ServerSideEncryptionConfiguration", [{}])
        default = rules[0].get("ServerSideEncryptionByDefault", {})
        if not default:
            yield f"{bucket.id} does not say how it encrypts"
        if logs_into(stack, bucket) or LOGGING in services_of(policy_of(stack, bucket)):
            continue
        key = default.get("KMSMasterKeyID")
        own = stack.referenced(key, "AWS::KMS::Key")
        if own is None and not of_somebody_else(stack, key):
            yield f"{bucket.id} is not encrypted with a key of the account"
        if rules[0].get("BucketKeyEnabled") is not True:
            yield f"{bucket.id} calls KMS for each object (S3 Bucket Keys)"


def policies_speak_of_their_bucket(stack: Stack) -> Iterator[str]:
    """A statement about another bucket is refused: "Action does not apply to any resource(s)"."""
    for bucket in stack.of_type("AWS::S3::Bucket"):
        own = stack.arn(bucket.id)
        for statement in statements(policy_of(stack, bucket)):
            for name in ("Resource", "NotResource"):
                for on in listed(statement.get(name, [])):
                    if on != own and not str(on).startswith(f"{own}/"):
                        yield f"{bucket.id}: its policy speaks of {on}"


def _reading(stack: Stack, bucket: Resource) -> tuple[tuple[str, str], ...]:
    arn = stack.arn(bucket.id)
    objects = tuple(("s3:GetObject", found) for found in objects_of(stack, bucket))
    return *objects, ("s3:ListBucket", arn), ("s3:GetBucketLocation", arn)


def _writing(stack: Stack, bucket: Resource) -> tuple[str, str]:
    return "s3:PutObject", f"{stack.arn(bucket.id)}/x"


def _as(who: str) -> dict[str, Any]:
    return {"aws:PrincipalArn": who, "aws:PrincipalAccount": who.split(":")[4]}


def _asked(stack: Stack, action: str, on: str, more: dict[str, Any] | None = None) -> Request:
    return Request(action, on, context(stack, more or {}))
