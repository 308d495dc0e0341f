"""Flow logs of a VPC: all traffic, to an encrypted log group."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

RETENTION: Final = logs.RetentionDays.ONE_YEAR


class FlowLogs(Construct):
    """The flow log, its log group, and the role by which the service writes.

    Exposes `key`, which log groups of this stack may use.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the flow log.

        Args:
            removal_policy: of the log group and the key.
        """
        super().__init__(scope, construct_id)
        self.key = _key(self, removal_policy)
        group = logs.LogGroup(
            self,
            "LogGroup",
            encryption_key=self.key,
            retention=RETENTION,
            removal_policy=removal_policy,
        )
        ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            # The CDK would name it by its path, which differs from app to app.
            flow_log_name=cdk.Stack.of(self).stack_name,
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(
                group,
                # Its policy is complete: an inline one is not added.
                _role(self, group).without_policy_updates(),
            ),
        )


def _key(scope: Construct, removal_policy: cdk.RemovalPolicy) -> kms.Key:
    """A key that CloudWatch Logs may use for the log groups of this stack only.

    CloudFormation names a log group after stack and logical id, so the stack's name bounds them
    (CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS").
    """
    stack = cdk.Stack.of(scope)
    key = kms.Key(
        scope,
        "Key",
        description=f"Encrypts the network's logs of {stack.stack_name}",
        enable_key_rotation=True,
        removal_policy=removal_policy,
    )
    groups = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=f"{stack.stack_name}-*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EncryptLogGroupsOfThisStack",
            principals=[iam.ServicePrincipal(f"logs.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}")],
            actions=[
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
                "kms:GenerateDataKey",
                "kms:DescribeKey",
            ],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        )
    )
    return key


def _role(scope: Construct, group: logs.LogGroup) -> iam.Role:
    """The role of flow logs, which those of this account alone may use.

    Source: Amazon VPC User Guide, "IAM role for publishing flow logs to CloudWatch Logs", on the
    confused deputy.
    """
    flow_logs = cdk.Stack.of(scope).format_arn(
        service="ec2", resource="vpc-flow-log", resource_name="*"
    )
    policy = iam.ManagedPolicy(
        scope,
        "Policy",
        statements=[write_to(group, "logs:DescribeLogStreams")],
    )
    return iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal(
            "vpc-flow-logs.amazonaws.com",
            conditions={
                "StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": flow_logs},
            },
        ),
        managed_policies=[policy],
    )


def write_to(group: logs.LogGroup, *more_actions: str) -> iam.PolicyStatement:
    """Permission to write to one log group; its ARN ends with `:*`, which means its streams."""
    return iam.PolicyStatement(
        sid="WriteLogs",
        actions=["logs:CreateLogStream", "logs:PutLogEvents", *more_actions],
        resources=[group.log_group_arn],
    )
