"""Where seed archives lie, and where the buckets of projects write their access logs."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.cdk.access_logs import access_log_bucket, archive_of
from mlops_commons.cdk.secure_bucket import SecureBucket
from mlops_commons.utilities import names


class ProductAssets(Construct):
    """The bucket with seed archives, and the bucket for access logs of projects.

    Exposes `bucket`, and `access_logs_name`, the name of the bucket for access logs, which is made
    here where the organization has none.
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
        # Products name the buckets before they exist, so the names are given here.
        self.bucket_name = names.bucket(app_prefix, "sc-assets", set_name, **place)
        self.bucket = SecureBucket(
            self, "Bucket", bucket_name=self.bucket_name, removal_policy=removal_policy
        )
        archive = archive_of(self)
        if archive:
            self.access_logs_name = archive.bucket_in(**place)
            return
        self.access_logs_name = names.bucket(app_prefix, "project-logs", set_name, **place)
        logs = access_log_bucket(
            self, "AccessLogs", bucket_name=self.access_logs_name, removal_policy=removal_policy
        )
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
