"""The rules that every synth has to pass, and the only way to acknowledge a finding of cdk-nag."""

from collections.abc import Mapping
from typing import Final

import aws_cdk as cdk
import cdk_nag
import jsii
from constructs import IConstruct

from mlops_commons.cdk.ai_controls import ai_controls
from mlops_commons.cdk.publicity import publicity

RULE_PACKS = (cdk_nag.AwsSolutionsChecks, cdk_nag.NIST80053R5Checks)
CHECKED: Final = "mlops:checked-with-nag"
"""Context key of an App whose every stack passes the rule packs."""


def check_with_nag(app: cdk.App) -> None:
    """Make `app.synth()` fail on any finding that is not acknowledged, in any stack of the app.

    The plugins are registered on the App because a registration on a Stage is silently ignored.
    """
    cdk.Validations.of(app).add_plugins(
        *(pack(app) for pack in RULE_PACKS), ai_controls(), publicity()
    )
    app.node.set_context(CHECKED, True)


def check_stage_with_nag(stage: cdk.Stage) -> None:
    """Make `app.synth()` fail on any finding in this stage that is not acknowledged.

    The other stacks of the app are not ours to judge. Nothing is added where `check_with_nag` has
    checked the app already, or where the stage is in no App.
    """
    app = stage.node.root
    if cdk.App.is_app(app) and not stage.node.try_get_context(CHECKED):
        packs = (_RulesOfStage(pack(), stage) for pack in RULE_PACKS)
        cdk.Validations.of(app).add_plugins(
            *packs, ai_controls(stage.node.path), publicity(stage.node.path)
        )


@jsii.implements(cdk.IPolicyValidationPlugin)
class _RulesOfStage:
    """A rule pack that looks at one stage of an app."""

    def __init__(self, pack: cdk_nag.NagPack, stage: cdk.Stage) -> None:
        self._pack = pack
        self._stage = stage

    @property
    def name(self) -> str:
        """What the report calls the rules."""
        return f"{self._pack.read_pack_name} of {self._stage.node.path}"

    @property
    def version(self) -> None:
        """The version of cdk-nag is in the lock file."""

    @property
    def rule_ids(self) -> None:
        """The report names the rules that were broken."""

    def validate(self, _context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check every resource of the stage."""
        report: cdk.PolicyValidationPluginReport = self._pack.validate_scope(self._stage)
        return report


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


DENIALS: Final = (
    "NIST.800.53.R5-IAMPolicyNoStatementsWithAdminAccess",
    "NIST.800.53.R5-IAMPolicyNoStatementsWithFullAccess",
)
"""These rules look at actions and resources, and not at the effect."""


def acknowledge_denials(policy: IConstruct) -> None:
    """Accept that a policy denies everything under some condition."""
    acknowledge(policy, *DENIALS, reason="the statements with '*' deny, they allow nothing")


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
