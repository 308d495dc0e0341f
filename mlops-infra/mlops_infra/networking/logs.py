"""Encrypted log groups and the roles that write to them, as plain resources."""

from collections.abc import Mapping
from typing import Any, Final

from mlops_commons.iam.key_policies import key_policy, log_groups_of_this_stack
from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub

LOG_KEY = "LogKey"
RETENTION_DAYS: Final = 365
# Not the literal account: the policy then says the same in every stage's template.
THIS_ACCOUNT: Final = ref("AWS::AccountId")


def log_key(retention: Mapping[str, str]) -> Resources:
    """A key that CloudWatch Logs may use for the log groups of this stack only."""
    properties = {
        "Description": sub("Encrypts the network's logs of ${AWS::StackName}"),
        "EnableKeyRotation": True,
        "KeyPolicy": key_policy(log_groups_of_this_stack()),
    }
    return {LOG_KEY: {"Type": "AWS::KMS::Key", "Properties": properties, **retention}}


def log_group(retention: Mapping[str, str]) -> Resource:
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
