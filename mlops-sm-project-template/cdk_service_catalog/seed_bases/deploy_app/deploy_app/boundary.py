"""The permissions boundary of every role, which the stage's account offers by the SSM contract."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from deploy_app.settings import Settings


def apply_boundary(stack: cdk.Stack, settings: Settings, stage: str) -> None:
    """Give it to all roles of a stack; CloudFormation may create no role without it."""
    arn = cdk.CfnParameter(
        stack,
        "DeploymentBoundary",
        type="AWS::SSM::Parameter::Value<String>",
        default=settings.parameter(stage, "/mlops/boundary/deployment"),
    )
    policy = iam.ManagedPolicy.from_managed_policy_arn(stack, "Boundary", arn.value_as_string)
    iam.PermissionsBoundary.of(stack).apply(policy)
