"""Flow logs of a VPC: all traffic, to an encrypted log group or to the organization's archive."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from mlops_commons.organization import FlowLogArchive

RETENTION: Final = logs.RetentionDays.ONE_YEAR


class FlowLogs(Construct):
    """The flow log and where it is written.

    A log group, with the role by which the service writes; or the organization's bucket, whose
    policy lets the service write. Exposes `key`, which log groups of this stack may use.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        archive: FlowLogArchive | None,
        key: kms.IKey | None = None,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        """Create the flow log.

        Args:
            archive: of the organization; none for a log group.
            key: an existing one for the log groups; by default one is made.
            removal_policy: of the log group and the key.
        """
        super().__init__(scope, construct_id)
        self.key = key or _key(self, removal_policy)
        flow_log = ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            # The CDK would name it by its path, which differs from app to app.
            flow_log_name=cdk.Stack.of(self).stack_name,
            destination=(
                _archived(self, archive)
                if archive
                else _in_log_group(self, self.key, removal_policy)
            ),
        )
        if archive:
            _as_archived(flow_log, archive)


def _archived(scope: Construct, archive: FlowLogArchive) -> ec2.FlowLogDestination:
    return ec2.FlowLogDestination.to_s3(
        s3.Bucket.from_bucket_arn(scope, "Archive", archive.bucket),
        f"{archive.folder}/" if archive.folder else None,
    )


def _as_archived(flow_log: ec2.FlowLog, archive: FlowLogArchive) -> None:
    """Format and folders, with the keys of CloudFormation's schema: the CDK's begin small."""
    resource = flow_log.node.default_child
    assert isinstance(resource, ec2.CfnFlowLog)
    resource.destination_options = {
        "FileFormat": str(archive.file_format),
        "HiveCompatiblePartitions": archive.hive_partitions,
        "PerHourPartition": archive.hourly_partitions,
    }


def _in_log_group(
    scope: Construct, key: kms.IKey, removal_policy: cdk.RemovalPolicy
) -> ec2.FlowLogDestination:
    group = logs.LogGroup(
        scope,
        "LogGroup",
        encryption_key=key,
        retention=RETENTION,
        removal_policy=removal_policy,
    )
    # Its policy is complete: an inline one is not added.
    role = _role(scope, group).without_policy_updates()
    return ec2.FlowLogDestination.to_cloud_watch_logs(group, role)


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
