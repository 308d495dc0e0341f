"""Rules of ours over the templates of a synthesis: what breaks one fails it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What breaks a rule in a template.

    Attributes:
        place: what the report shows below the resource.
    """

    rule: str
    message: str
    logical_id: str
    place: str


@jsii.implements(cdk.IPolicyValidationPlugin)
class TemplateRules:
    """Looks at the templates of every stack, those of pipeline stages included.

    Args:
        name: what the report calls the rules, and the first part of the id of an acknowledgement.
        rule_ids: the ids of the rules.
        broken: what breaks them in a template.
        stage: the path of the stage that is looked at alone; by default the whole app.
    """

    def __init__(
        self,
        name: str,
        rule_ids: Sequence[str],
        broken: Callable[[dict[str, Any]], Iterable[Broken]],
        stage: str = "",
    ) -> None:
        self._name = name
        self._rule_ids = list(rule_ids)
        self._broken = broken
        self._below = f"{stage}/" if stage else ""

    @property
    def name(self) -> str:
        """What the report calls the rules."""
        return self._name

    @property
    def version(self) -> None:
        """They have none."""

    @property
    def rule_ids(self) -> list[str]:
        """The ids of the rules."""
        return self._rule_ids

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check every template."""
        violations = [
            _violation(broken, stack.template_path)
            for stack in context.stack_templates
            if stack.stack_construct_path.startswith(self._below)
            for broken in self._broken(json.loads(Path(stack.template_path).read_bytes()))
        ]
        return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)


def _violation(broken: Broken, template: str) -> cdk.PolicyViolation:
    return cdk.PolicyViolation(
        rule_name=broken.rule,
        description=broken.message,
        severity="error",
        violating_resources=[
            cdk.PolicyViolatingResource(
                resource_logical_id=broken.logical_id,
                template_path=template,
                locations=[broken.place],
            )
        ],
    )
