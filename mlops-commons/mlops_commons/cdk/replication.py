"""What CodePipeline copies to another region: the bucket and the key that the CDK makes for it."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines

from mlops_commons.cdk.delivery_findings import ARTIFACTS_REASON
from mlops_commons.cdk.nag import acknowledge, acknowledge_each, partition
from mlops_commons.cdk.retention import KEPT
from mlops_commons.cdk.secure_bucket import NONCURRENT_DAYS, UPLOAD_DAYS

KEY_REASON: Final = (
    "CDK Pipelines cannot name the key of the replication bucket, which another stack makes, so "
    "the role may use every key of the governance account whose policy leaves its use to IAM; "
    "only CodePipeline assumes the role, and its S3 access ends at the pipeline's buckets"
)


def secure_replication(
    pipeline: pipelines.CodePipeline,
    support: codepipeline.CrossRegionSupport,
    *,
    expiration: cdk.Duration,
) -> None:
    """Treat the copies of artifacts as the artifacts, and acknowledge what remains.

    Args:
        pipeline: built.
        support: one of its stacks in other regions.
        expiration: that of the artifacts.
    """
    bucket = support.replication_bucket.node.default_child
    assert isinstance(bucket, s3.CfnBucket)
    _secure(bucket, expiration)
    for resource in support.stack.node.find_all():
        if isinstance(resource, (s3.CfnBucket, kms.CfnKey)):
            resource.apply_removal_policy(KEPT)
    _acknowledge(pipeline, support.replication_bucket)


def _secure(bucket: s3.CfnBucket, expiration: cdk.Duration) -> None:
    """What `SecureBucket` has; the CDK leaves only the resource to change."""
    bucket.versioning_configuration = s3.CfnBucket.VersioningConfigurationProperty(status="Enabled")
    bucket.ownership_controls = s3.CfnBucket.OwnershipControlsProperty(
        rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
    )
    bucket.lifecycle_configuration = s3.CfnBucket.LifecycleConfigurationProperty(
        rules=[
            s3.CfnBucket.RuleProperty(
                status="Enabled",
                expiration_in_days=expiration.to_days(),
                noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
                    noncurrent_days=NONCURRENT_DAYS
                ),
                abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
                    days_after_initiation=UPLOAD_DAYS
                ),
            )
        ]
    )
    encryption = "BucketEncryption.ServerSideEncryptionConfiguration.0"
    bucket.add_property_override(f"{encryption}.BucketKeyEnabled", True)


def _acknowledge(pipeline: pipelines.CodePipeline, bucket: s3.IBucket) -> None:
    stack = cdk.Stack.of(pipeline)
    name = stack.resolve(bucket.bucket_name)
    acknowledge_each(
        pipeline.pipeline.role,
        {
            f"AwsSolutions-IAM5[Resource::arn:{partition(stack)}:s3:::{name}/*]": ARTIFACTS_REASON,
            "AwsSolutions-IAM5[Resource::*]": KEY_REASON,
        },
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "NIST.800.53.R5-S3BucketLoggingEnabled",
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="holds only the copies that CodePipeline makes for its actions in this region; the "
        "originals, with access logs, are in the artifact bucket of the pipeline's region",
    )
