"""Where buckets log who reads and writes: in a bucket beside them, or in the organization's."""

from dataclasses import asdict
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.retention import KEPT
from mlops_commons.organization import AccessLogArchive, Organization

CONTEXT_KEY: Final = "mlops:accessLogs"
"""What is set on an app or a stage holds for every bucket below, those of extensions too."""


def log_access_by_organization(scope: cdk.App | cdk.Stage, organization: Organization) -> None:
    """Let the buckets below a scope log into those of the organization, where it has any."""
    archive = organization.access_logs
    given = asdict(archive) if archive else None
    if scope.node.try_get_context(CONTEXT_KEY) != given:
        scope.node.set_context(CONTEXT_KEY, given)


def archive_of(scope: Construct) -> AccessLogArchive | None:
    """The organization's buckets that hold for a scope; none where it has none."""
    given: dict[str, str] | None = scope.node.try_get_context(CONTEXT_KEY)
    return AccessLogArchive(**given) if given else None


def logged_access(
    scope: Construct, construct_id: str, *, removal_policy: cdk.RemovalPolicy = KEPT
) -> dict[str, Any]:
    """The arguments of `s3.Bucket` for its access logs.

    Args:
        construct_id: of the bucket of logs, made here or looked up by its name.
        removal_policy: of a bucket of logs that is made here.
    """
    archive = archive_of(scope)
    if archive is None:
        logs = access_log_bucket(scope, construct_id, removal_policy=removal_policy)
        return {"server_access_logs_bucket": logs}
    stack = cdk.Stack.of(scope)
    name = archive.bucket_in(stack.account, stack.region)
    return {
        "server_access_logs_bucket": s3.Bucket.from_bucket_name(scope, construct_id, name),
        "server_access_logs_prefix": archive.prefix or None,
        # One bucket of many: with account, region, bucket and day in the key, as Athena wants it.
        "target_object_key_format": s3.TargetObjectKeyFormat.partitioned_prefix(
            s3.PartitionDateSource.EVENT_TIME
        ),
    }


def access_log_bucket(
    scope: Construct,
    construct_id: str,
    *,
    bucket_name: str | None = None,
    removal_policy: cdk.RemovalPolicy = KEPT,
) -> s3.Bucket:
    """A bucket for access logs of others, which keeps them for a year."""
    bucket = s3.Bucket(
        scope,
        construct_id,
        bucket_name=bucket_name,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        # Log delivery cannot write to a bucket whose default encryption is SSE-KMS
        # (Amazon S3 User Guide, "Enabling Amazon S3 server access logging").
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        versioned=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=cdk.Duration.days(365),
                noncurrent_version_expiration=cdk.Duration.days(30),
            )
        ],
        removal_policy=removal_policy,
    )
    _acknowledge_findings(bucket)
    return bucket


def _acknowledge_findings(logs: s3.Bucket) -> None:
    acknowledge(
        logs,
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="access logs are evidence of one region's buckets and expire after a year; the "
        "organisation's trail keeps the durable copy of who accessed what",
    )
    acknowledge(
        logs,
        "AwsSolutions-S1",
        "NIST.800.53.R5-S3BucketLoggingEnabled",
        reason="this is the target of server access logging; logging it into itself would loop",
    )
    acknowledge(
        logs,
        "NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="server access logs can only be delivered to a bucket encrypted with SSE-S3",
    )
