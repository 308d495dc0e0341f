"""Statements of KMS key policies."""

from typing import Any, Final

from mlops_commons.iam.statements import (
    Condition,
    Principals,
    Statement,
    account_roots,
    actions,
    policy_document,
)

THIS_KEY: Final = ("*",)
"""In a key policy "*" means the key that has the policy."""
LOGS: Final = Principals(services=("logs.${AWS::Region}.${AWS::URLSuffix}",))
ALARMS: Final = Principals(services=("cloudwatch.amazonaws.com",))
OF_ALARMS_OF_THIS_STACK: Final[Condition] = {
    "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
    "ArnLike": {
        "aws:SourceArn": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
        "${AWS::StackName}-*"
    },
}
"""CloudFormation names an alarm after stack and logical id. SNS Developer Guide, "Managing Amazon
SNS encryption keys and costs": CloudWatch says for which alarm it acts."""
EVENTS_TO_TOPICS: Final = Statement(
    # EventBridge publishes to encrypted topics. Without a condition: it gives SNS none of the keys
    # that name the account or the rule (Amazon EventBridge User Guide, "Troubleshooting": Amazon
    # SNS topic policies).
    sid="PublishNotifications",
    principals=Principals(services=("events.amazonaws.com",)),
    actions=actions("kms", "Decrypt GenerateDataKey"),
    resources=THIS_KEY,
)
"""In the policy of a topic's key."""
ADMINISTRATION: Final = Statement(
    sid="AdministeredThroughIam",
    principals=account_roots("${AWS::AccountId}"),
    actions=("kms:*",),
    resources=THIS_KEY,
)


def key_policy(*statements: Statement) -> dict[str, Any]:
    """A key policy that leaves administration to IAM in the key's account, and more."""
    return policy_document((ADMINISTRATION, *statements))


def encrypt_log_groups(sid: str, log_groups: str) -> Statement:
    """CloudWatch Logs may use the key for some log groups of this account and region.

    Source: CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS".

    Args:
        log_groups: the beginning of their names, and `*`.
    """
    arn = (
        f"arn:${{AWS::Partition}}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:{log_groups}"
    )
    return Statement(
        sid=sid,
        principals=LOGS,
        actions=actions(
            "kms", "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey DescribeKey"
        ),
        resources=THIS_KEY,
        condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arn}},
    )


def log_groups_of_this_stack() -> Statement:
    """CloudWatch Logs may use the key for the log groups of this stack only.

    CloudFormation names a log group after stack and logical id, so the stack's name bounds them.
    """
    return encrypt_log_groups("EncryptLogGroupsOfThisStack", "${AWS::StackName}-*")


def alarms_of_this_stack() -> Statement:
    """CloudWatch may use the key of a topic to which the alarms of this stack publish."""
    return Statement(
        sid="PublishAlarmsOfThisStack",
        principals=ALARMS,
        actions=actions("kms", "Decrypt GenerateDataKey"),
        resources=THIS_KEY,
        condition=OF_ALARMS_OF_THIS_STACK,
    )
