"""The AI controls as a part of synthesis: an open finding in any stack fails it."""

import json
from pathlib import Path

import aws_cdk as cdk
import jsii

from mlops_commons.ai_controls.findings import Finding, findings
from mlops_commons.ai_controls.table import CONTROLS, STANDARD


@jsii.implements(cdk.IPolicyValidationPlugin)
class AIControls:
    """Looks at the templates of every stack, those of pipeline stages included.

    Args:
        stage: the path of the stage that is looked at alone; by default the whole app.
    """

    def __init__(self, stage: str = "") -> None:
        self._below = f"{stage}/" if stage else ""

    @property
    def name(self) -> str:
        """What the report calls the controls."""
        return f"{STANDARD} of {self._below[:-1]}" if self._below else STANDARD

    @property
    def version(self) -> None:
        """The version is a part of the name."""

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the controls."""
        return [control.id for control in CONTROLS]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check every template; what is acknowledged with a reason in it is no violation."""
        violations = [
            _violation(finding, stack.template_path)
            for stack in context.stack_templates
            if stack.stack_construct_path.startswith(self._below)
            for finding in findings(json.loads(Path(stack.template_path).read_bytes()))
            if not finding.reason
        ]
        return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(finding: Finding, template: str) -> cdk.PolicyViolation:
    return cdk.PolicyViolation(
        rule_name=finding.control.id,
        description=f"{finding.control.title}: {finding.message}",
        severity="error",
        violating_resources=[
            cdk.PolicyViolatingResource(
                resource_logical_id=finding.resource.partition("/")[0],
                template_path=template,
                locations=[finding.message],
            )
        ],
    )
