"""The rule packs that every synth has to pass, and the only way to acknowledge a finding."""

from collections.abc import Mapping

import aws_cdk as cdk
import cdk_nag
from constructs import IConstruct

RULE_PACKS = (cdk_nag.AwsSolutionsChecks, cdk_nag.NIST80053R5Checks)


def check_with_nag(app: cdk.App) -> None:
    """Make `app.synth()` fail on any finding that is not acknowledged.

    The plugins are registered on the App because a registration on a Stage is silently
    ignored (DESIGN decision 8).
    """
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in RULE_PACKS))


def acknowledge(construct: IConstruct, *rule_ids: str, reason: str) -> None:
    """Accept findings by their exact ids at `construct` and below, with a reason for reviewers.

    Args:
        construct: the narrowest construct that carries the finding.
        rule_ids: such as `AwsSolutions-S1` or `AwsSolutions-IAM5[Resource::*]`.
        reason: why this is right here; it is written to the validation report.
    """
    acknowledge_each(construct, dict.fromkeys(rule_ids, reason))


def acknowledge_each(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Accept findings at one construct, each id with its own reason, in one call."""
    cdk.Validations.of(construct).acknowledge(
        *(cdk.Acknowledgment(id=rule_id, reason=reason) for rule_id, reason in reasons.items())
    )


def logical_id(construct: IConstruct) -> str:
    """The logical id of a construct's resource, by which findings name it."""
    resource = construct.node.default_child
    assert isinstance(resource, cdk.CfnElement)
    return str(cdk.Stack.of(construct).resolve(resource.logical_id))


def partition(stack: cdk.Stack) -> str:
    """The literal partition that CDK writes for a known region (flag `enablePartitionLiterals`).

    Findings name ARNs as the template does, `arn:aws-us-gov:...` in GovCloud.
    """
    return str(stack.resolve(stack.partition))
