"""A bucket with the defaults that every bucket of the platform needs."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.cdk.access_logs import logged_access
from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.retention import KEPT

NONCURRENT_DAYS: Final = 90
"""After which what was deleted or overwritten is gone."""
UPLOAD_DAYS: Final = 7
"""After which an upload that was never completed is given up."""


class SecureBucket(s3.Bucket):
    """A private, versioned, TLS-only bucket under its own key, with access logs and a lifecycle.

    Access logs go to a bucket beside it, or to the organization's. Exposes `own_key`: a rotating
    customer managed key, or an existing one.
    """

    own_key: kms.IKey

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        bucket_name: str | None = None,
        removal_policy: cdk.RemovalPolicy = KEPT,
        expiration: cdk.Duration | None = None,
        key: kms.IKey | None = None,
    ) -> None:
        """Create the bucket.

        Args:
            bucket_name: a physical name, where others must know it beforehand.
            removal_policy: what happens to bucket, key and logs when the stack goes.
            expiration: age after which objects are deleted; none keeps them.
            key: an existing one; by default the bucket has its own.
        """
        logged = logged_access(scope, f"{construct_id}AccessLogs", removal_policy=removal_policy)
        key = key or kms.Key(
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
            **logged,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(UPLOAD_DAYS),
                    expiration=expiration,
                    noncurrent_version_expiration=cdk.Duration.days(NONCURRENT_DAYS),
                )
            ],
            removal_policy=removal_policy,
        )
        self.own_key = key
        acknowledge(
            self,
            "NIST.800.53.R5-S3BucketReplicationEnabled",
            reason="what the bucket holds is made again by the next run of its pipeline; versions "
            "protect against deletion, a second copy in another region would only widen access",
        )
