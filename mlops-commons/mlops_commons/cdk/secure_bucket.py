"""A bucket with the defaults that every bucket of the platform needs."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.retention import KEPT

NONCURRENT_DAYS: Final = 90
"""After which what was deleted or overwritten is gone."""
UPLOAD_DAYS: Final = 7
"""After which an upload that was never completed is given up."""


class SecureBucket(s3.Bucket):
    """A private, versioned, TLS-only bucket under its own key, with access logs and a lifecycle.

    Exposes `own_key` (a rotating customer managed key) and `access_logs`.
    """

    access_logs: s3.Bucket
    own_key: kms.Key

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str | None = None,
        removal_policy: cdk.RemovalPolicy = KEPT,
        expiration: cdk.Duration | None = None,
    ) -> None:
        """Create the bucket.

        Args:
            bucket_name: a physical name, where others must know it beforehand.
            removal_policy: what happens to bucket, key and logs when the stack goes.
            expiration: age after which objects are deleted; none keeps them.
        """
        logs = s3.Bucket(
            scope,
            f"{construct_id}AccessLogs",
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
        key = kms.Key(
            scope,
            f"{construct_id}Key",
            description=f"Encrypts the bucket {construct_id} of {cdk.Stack.of(scope).stack_name}",
            enable_key_rotation=True,
            removal_policy=removal_policy,
        )
        super().__init__(
            scope,
            construct_id,
            bucket_name=bucket_name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            versioned=True,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=logs,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(UPLOAD_DAYS),
                    expiration=expiration,
                    noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
                )
            ],
            removal_policy=removal_policy,
        )
        self.access_logs = logs
        self.own_key = key
        _acknowledge_findings(self, logs)


def _acknowledge_findings(bucket: s3.Bucket, logs: s3.Bucket) -> None:
    acknowledge(
        bucket,
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="what the bucket holds is made again by the next run of its pipeline; versions "
        "protect against deletion, a second copy in another region would only widen access",
    )
    acknowledge(
        logs,
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="access logs are evidence of one region's bucket and expire after a year; the "
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
