"""The AI controls as a part of synthesis: an open finding in any stack fails it."""

from collections.abc import Iterator
from typing import Any

from mlops_commons.ai_controls.findings import findings
from mlops_commons.ai_controls.table import CONTROLS, STANDARD
from mlops_commons.cdk.template_rules import Broken, TemplateRules


def ai_controls(stage: str = "") -> TemplateRules:
    """The controls over the templates of a stage, or of the whole app."""
    name = f"{STANDARD} of {stage}" if stage else STANDARD
    return TemplateRules(name, [control.id for control in CONTROLS], _broken, stage)


def _broken(template: dict[str, Any]) -> Iterator[Broken]:
    """What is acknowledged with a reason in the template breaks nothing."""
    for finding in findings(template):
        if not finding.reason:
            yield Broken(
                rule=finding.control.id,
                message=f"{finding.control.title}: {finding.message}",
                logical_id=finding.resource.partition("/")[0],
                place=finding.message,
            )
