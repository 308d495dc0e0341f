"""The stage's bucket for data, under its own key, with access logs."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from deploy_app import names
from deploy_app.acknowledge import acknowledge
from deploy_app.settings import Settings

KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
"""A first deployment that fails takes its buckets away, so that the next one can make them."""


class DataBucket(Construct):
    """Private, versioned, TLS only; exposes `bucket` and `key`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        stage: str,
        expiring: Mapping[str, int] | None = None,
    ) -> None:
        """Create the bucket.

        Args:
            expiring: days after which S3 deletes what is below a prefix.
        """
        super().__init__(scope, construct_id)
        self.key = kms.Key(
            self,
            "Key",
            description=f"Project {settings.project_name}: data in {stage}",
            enable_key_rotation=True,
            removal_policy=KEPT,
        )
        private = {
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "enforce_ssl": True,
            "removal_policy": KEPT,
            "versioned": True,
            "object_ownership": s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        }
        logged = _logged_by_organization(self, settings, stage) or _logged_here(self, private)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            bucket_name=names.data_bucket(settings, stage),
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            **logged,
            lifecycle_rules=[
                s3.LifecycleRule(noncurrent_version_expiration=cdk.Duration.days(90)),
                *(
                    s3.LifecycleRule(
                        prefix=f"{prefix}/",
                        expiration=cdk.Duration.days(days),
                        # A deleted object stays as a version of the past for as long.
                        noncurrent_version_expiration=cdk.Duration.days(1),
                    )
                    for prefix, days in (expiring or {}).items()
                ),
            ],
            **private,
        )


def _logged_by_organization(scope: Construct, settings: Settings, stage: str) -> dict[str, Any]:
    """Into the organization's bucket of the account, where it has one."""
    name = settings.access_logs_of(stage)
    if not name:
        return {}
    return {
        "server_access_logs_bucket": s3.Bucket.from_bucket_name(scope, "AccessLogs", name),
        "server_access_logs_prefix": settings.access_logs_prefix or None,
        "target_object_key_format": s3.TargetObjectKeyFormat.partitioned_prefix(
            s3.PartitionDateSource.EVENT_TIME
        ),
    }


def _logged_here(scope: Construct, private: Mapping[str, Any]) -> dict[str, Any]:
    """Into a bucket beside it."""
    logs = s3.Bucket(
        scope,
        "AccessLogs",
        # Access logs cannot be delivered to a bucket with a key of our own.
        encryption=s3.BucketEncryption.S3_MANAGED,
        lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(365))],
        **private,
    )
    acknowledge(
        logs,
        "AwsSolutions-S1",
        reason="this is the target of access logging; logging it into itself would loop",
    )
    return {"server_access_logs_bucket": logs}
