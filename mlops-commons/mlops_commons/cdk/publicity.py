"""What lets anybody in fails a synthesis, as no rule pack asks it of keys, queues and roles."""

import json
from pathlib import Path
from typing import Final

import aws_cdk as cdk
import jsii

from mlops_commons.iam.publicity import public_statements

NAME: Final = "Platform"
RULE: Final = "NobodyWithoutAName"


@jsii.implements(cdk.IPolicyValidationPlugin)
class Publicity:
    """Looks at the templates of every stack, those of pipeline stages included.

    Args:
        stage: the path of the stage that is looked at alone; by default the whole app.
    """

    def __init__(self, stage: str = "") -> None:
        self._below = f"{stage}/" if stage else ""

    @property
    def name(self) -> str:
        """What the report calls it, and the first part of the id of an acknowledgement."""
        return NAME

    @property
    def version(self) -> None:
        """It has none."""

    @property
    def rule_ids(self) -> list[str]:
        """The one rule."""
        return [RULE]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check every template."""
        violations = [
            cdk.PolicyViolation(
                rule_name=RULE,
                description=f"{logical_id}: {place} lets anybody in ('*'). Name who is meant as "
                "the principal, or in a condition such as StringEquals aws:PrincipalOrgID",
                severity="error",
                violating_resources=[
                    cdk.PolicyViolatingResource(
                        resource_logical_id=logical_id,
                        template_path=stack.template_path,
                        locations=[place],
                    )
                ],
            )
            for stack in context.stack_templates
            if stack.stack_construct_path.startswith(self._below)
            for logical_id, place in public_statements(
                json.loads(Path(stack.template_path).read_bytes())
            )
        ]
        return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)
