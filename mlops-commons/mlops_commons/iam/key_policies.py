"""Statements of KMS key policies, as plain data."""

from typing import Any

from mlops_commons.utilities.cloudformation import sub


def key_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A key policy that leaves administration to IAM in the key's account, and more."""
    administration = {
        "Sid": "AdministeredThroughIam",
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        # In a key policy "*" means this key.
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [administration, *statements]}


def log_groups_of_this_stack() -> dict[str, Any]:
    """CloudWatch Logs may use the key for the log groups of this stack only.

    CloudFormation names a log group after stack and logical id, so the stack's name bounds them
    (CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS").
    """
    groups = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    named = sub(groups + "${AWS::StackName}-*")
    return {
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
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": named}},
    }
