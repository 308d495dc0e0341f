"""Findings of the rule packs that stand in the portfolio, and why."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from cdk_service_catalog.portfolio.publication import copying_function
from mlops_commons.cdk.nag import acknowledge_each, logical_id, partition
from mlops_commons.cdk.platform_app import bootstrap_of

COPIER: Final = (
    "the CDK's own function copies seed archives from the bootstrap bucket to the assets bucket"
)
ONCE: Final = f"{COPIER} when the stack is deployed, once, and CloudFormation waits for its answer"


def acknowledge_copying(stack: cdk.Stack, bucket: s3.Bucket) -> None:
    """Accept what the CDK's bucket deployment needs; the CDK writes its role and policy."""
    singleton = copying_function(stack)
    prefix = bootstrap_of(stack).assets_prefix
    bootstrap = f"arn:{partition(stack)}:s3:::{prefix}{stack.account}-{stack.region}"
    wildcards = (
        *("Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*"),
        *("Action::s3:Abort*", "Action::s3:DeleteObject*", "Action::kms:GenerateDataKey*"),
        *("Action::kms:ReEncrypt*", f"Resource::{bootstrap}/*"),
        f"Resource::<{logical_id(bucket)}.Arn>/*",
    )
    basic = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    acknowledge_each(
        singleton,
        {
            **{
                f"AwsSolutions-IAM5[{wildcard}]": f"{COPIER}; its policy ends at these two buckets"
                for wildcard in wildcards
            },
            f"AwsSolutions-IAM4[Policy::{basic}]": f"{COPIER}; the policy lets it write its log",
            "AwsSolutions-L1": f"{COPIER}; its runtime comes with the CDK's version",
            "NIST.800.53.R5-CloudWatchLogGroupEncrypted": (
                f"{COPIER}; its log names archives by their hash and holds no data"
            ),
            "NIST.800.53.R5-IAMNoInlinePolicy": f"{COPIER}; the policy goes with its role",
            "NIST.800.53.R5-LambdaConcurrency": ONCE,
            "NIST.800.53.R5-LambdaDLQ": f"{ONCE}; a failure fails the deployment, where it is seen",
            "NIST.800.53.R5-LambdaInsideVPC": f"{ONCE}; it reaches nothing inside a VPC",
        },
    )
