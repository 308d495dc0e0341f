"""Encrypted log groups and the roles that write to them, as plain resources."""

from typing import Any, Final

from mlops_infra.networking.resources import Resource, Resources, attribute, ref, sub

LOG_KEY = "LogKey"
RETENTION_DAYS: Final = 365
# Not the literal account: the policy then says the same in every stage's template.
THIS_ACCOUNT: Final = ref("AWS::AccountId")


def log_key(retention: dict[str, str]) -> Resources:
    """A key that CloudWatch Logs may use for the log groups of this stack only.

    CloudFormation names a log group after stack and logical id, so the stack's name bounds them
    (CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS").
    """
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group"
    statements = [
        {
            "Sid": "AdministeredThroughIam",
            "Effect": "Allow",
            "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
            "Action": "kms:*",
            # In a key policy "*" means this key.
            "Resource": "*",
        },
        {
            "Sid": "EncryptLogGroupsOfThisStack",
            "Effect": "Allow",
            "Principal": {"Service": sub("logs.${AWS::Region}.${AWS::URLSuffix}")},
            "Action": [
                "kms:Encrypt",
                "kms:Decrypt",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
                "kms:GenerateDataKey",
                "kms:DescribeKey",
            ],
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": sub(f"{groups}:${{AWS::StackName}}-*")
                }
            },
        },
    ]
    properties = {
        "Description": sub("Encrypts the network's logs of ${AWS::StackName}"),
        "EnableKeyRotation": True,
        "KeyPolicy": {"Version": "2012-10-17", "Statement": statements},
    }
    return {LOG_KEY: {"Type": "AWS::KMS::Key", "Properties": properties, **retention}}


def log_group(retention: dict[str, str]) -> Resource:
    """A log group under the key, kept for a year."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {
            "KmsKeyId": attribute(LOG_KEY, "Arn"),
            "RetentionInDays": RETENTION_DAYS,
        },
        **retention,
    }


def service_role(
    prefix: str,
    *,
    service: str,
    statements: list[dict[str, Any]],
    condition: dict[str, Any] | None = None,
) -> Resources:
    """A role `<prefix>Role` of an AWS service with the one policy `<prefix>Policy`."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        **({"Condition": condition} if condition else {}),
    }
    return {
        f"{prefix}Policy": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": statements}},
        },
        f"{prefix}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                "ManagedPolicyArns": [ref(f"{prefix}Policy")],
            },
        },
    }


def write_to(log_group_id: str, *more_actions: str) -> dict[str, Any]:
    """Permission to write to one log group; its ARN ends with `:*`, which means its streams."""
    return {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents", *more_actions],
        "Resource": attribute(log_group_id, "Arn"),
    }
