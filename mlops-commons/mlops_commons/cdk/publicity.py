"""What lets anybody in fails a synthesis, as no rule pack asks it of keys, queues and roles."""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.cdk.template_rules import Broken, TemplateRules
from mlops_commons.iam.publicity import public_statements

NAME: Final = "Platform"
RULE: Final = "NobodyWithoutAName"


def publicity(stage: str = "") -> TemplateRules:
    """The rule over the templates of a stage, or of the whole app."""
    return TemplateRules(NAME, [RULE], _broken, stage)


def _broken(template: dict[str, Any]) -> Iterator[Broken]:
    for logical_id, place in public_statements(template):
        message = (
            f"{logical_id}: {place} lets anybody in ('*'). Name who is meant as the principal, or "
            "in a condition such as StringEquals aws:PrincipalOrgID"
        )
        yield Broken(rule=RULE, message=message, logical_id=logical_id, place=place)
