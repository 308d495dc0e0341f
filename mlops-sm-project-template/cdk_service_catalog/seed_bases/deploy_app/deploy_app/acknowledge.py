"""The one way to accept a finding of cdk-nag: by its exact id, with a reason."""

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, *rule_ids: str, reason: str) -> None:
    """Accept findings such as `AwsSolutions-IAM5[Resource::*]` at a construct and below."""
    cdk.Validations.of(construct).acknowledge(
        *(cdk.Acknowledgment(id=rule_id, reason=reason) for rule_id in rule_ids)
    )
