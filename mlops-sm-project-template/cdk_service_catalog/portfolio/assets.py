"""Where seed archives lie, and where the buckets of projects write their access logs."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.utilities import names


class ProductAssets(Construct):
    """The bucket with seed archives, and the bucket for access logs of projects.

    Exposes `bucket`, and `access_logs_name`, the name of the bucket for access logs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app_prefix: str,
        set_name: str,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = cdk.Stack.of(self)
        place = {"account": stack.account, "region": stack.region}
        # Products name both buckets before they exist, so the names are given here.
        self.bucket_name = names.bucket(app_prefix, "sc-assets", set_name, **place)
        self.access_logs_name = names.bucket(app_prefix, "project-logs", set_name, **place)
        self.bucket = SecureBucket(
            self, "Bucket", bucket_name=self.bucket_name, removal_policy=removal_policy
        )
        logs = _access_logs(self, self.access_logs_name, removal_policy)
        prefix = names.project_bucket_prefix(app_prefix)
        logs.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AccessLogsOfProjects",
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[logs.arn_for_objects("p-*")],
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": f"arn:{cdk.Aws.PARTITION}:s3:::{prefix}-p-*"},
                },
            )
        )


def name_owner(bucket: s3.Bucket) -> None:
    """Tag the bucket as the CDK's bucket deployment does, with the same key in every app.

    The CDK's key is a hash of all construct ids above, those of the pipeline included. The tag
    keeps the objects when one of several owners goes (aws-s3-deployment, `cr-owned`).
    """
    deployment = bucket.node.find_child("ProductAssetsDeployment")
    address = deployment.node.find_child("CustomResource").node.addr
    cdk.Tags.of(bucket).remove(f"aws-cdk:cr-owned:{address[-8:]}")
    cdk.Tags.of(bucket).add("aws-cdk:cr-owned:products", "true")


def _access_logs(
    scope: Construct, bucket_name: str, removal_policy: cdk.RemovalPolicy
) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "AccessLogs",
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
    acknowledge(
        bucket,
        "NIST.800.53.R5-S3BucketReplicationEnabled",
        reason="access logs are evidence of one region's buckets and expire after a year; the "
        "organisation's trail keeps the durable copy of who accessed what",
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "NIST.800.53.R5-S3BucketLoggingEnabled",
        reason="this is the target of server access logging; logging it into itself would loop",
    )
    acknowledge(
        bucket,
        "NIST.800.53.R5-S3DefaultEncryptionKMS",
        reason="server access logs can only be delivered to a bucket encrypted with SSE-S3",
    )
    return bucket
