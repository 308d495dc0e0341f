"""The VPC's default security group closed, by a function because CloudFormation cannot do it."""

from pathlib import Path
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from mlops_commons.cdk.nag import acknowledge, acknowledge_each
from mlops_infra.networking.flow_logs import RETENTION, write_to

# Inline: an asset would cost every account a published file, and the code is short enough.
CODE: Final = Path(__file__).with_name("runtime").joinpath("close_security_group.py").read_text()
ONE_CALL: Final = (
    "CloudFormation calls the function once when the VPC is created and waits for its answer"
)
FINDINGS: Final = {
    "NIST.800.53.R5-LambdaConcurrency": f"{ONE_CALL}; reserving concurrency would take it from "
    "the account's workloads, and fails in a new account, whose quota leaves nothing to reserve",
    "NIST.800.53.R5-LambdaDLQ": f"{ONE_CALL}; a failure fails the deployment, where it is seen, "
    "and nothing is lost",
    "NIST.800.53.R5-LambdaInsideVPC": f"{ONE_CALL}; it calls Amazon EC2's API and reaches "
    "nothing inside the VPC, which may have no way to that API",
}


class ClosedDefaultSecurityGroup(Construct):
    """The function that removes the group's rules, and the custom resource that calls it.

    The CDK's own (`restrict_default_security_group`) opens the group again when the VPC is
    deleted, may add rules, and logs without a key and without end.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.Vpc,
        log_key: kms.IKey,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Close the group.

        Args:
            log_key: of the function's log group.
            removal_policy: of the log group.
        """
        super().__init__(scope, construct_id)
        group = vpc.vpc_default_security_group
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            encryption_key=log_key,
            retention=RETENTION,
            removal_policy=removal_policy,
        )
        function = lambda_.Function(
            self,
            "Function",
            description="Removes the rules of the VPC's default security group",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(CODE),
            role=_role(self, group, log_group),
            timeout=cdk.Duration.seconds(60),
            log_group=log_group,
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClosedSecurityGroup",
            service_token=function.function_arn,
            service_timeout=cdk.Duration.minutes(5),
            properties={"SecurityGroupId": group},
        )
        acknowledge_each(function, FINDINGS)
        acknowledge(
            vpc.node.find_child("Resource"),
            "NIST.800.53.R5-VPCDefaultSecurityGroupClosed",
            reason=f"the group is closed by the custom resource of {construct_id} in this stack; "
            "the rule knows only the one that comes with the CDK's VPC",
        )


def _role(scope: Construct, group: str, log_group: logs.LogGroup) -> iam.Role:
    revoke = iam.PolicyStatement(
        sid="RevokeRules",
        actions=["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
        resources=[
            cdk.Stack.of(scope).format_arn(
                service="ec2", resource="security-group", resource_name=group
            )
        ],
    )
    policy = iam.ManagedPolicy(scope, "Policy", statements=[revoke, write_to(log_group)])
    return iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        managed_policies=[policy],
    )
