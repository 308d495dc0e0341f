"""Which resources of a template, and which jobs of a pipeline, break which controls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.ai_controls.clauses import at
from mlops_commons.ai_controls.control import Control
from mlops_commons.ai_controls.table import CONTROLS, INLINE, NAMED
from mlops_commons.assembly.intrinsics import Scope, evaluate

ACKNOWLEDGED: Final = "AIControls"
"""Key of a resource's `Metadata`: the ids of controls that it breaks knowingly, with the reasons.
A template carries it to whoever looks at it: this program, and a hook of CloudFormation."""
NETWORK: Final = "NetworkConfig"
TYPES: Final = frozenset(control.type for control in CONTROLS)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A control that a resource breaks.

    Attributes:
        resource: its logical id, or the name of a pipeline's step.
        message: what is wrong, and what would be right.
        reason: why it stands; empty for what nobody has acknowledged.
    """

    control: Control
    resource: str
    message: str
    reason: str = ""

    def __str__(self) -> str:
        known = f" (acknowledged: {self.reason})" if self.reason else ""
        return f"{self.resource}: {self.control.id} {self.control.severity} {self.message}{known}"


def findings(template: Mapping[str, Any]) -> list[Finding]:
    """What the resources of a template break, those acknowledged with a reason included.

    Args:
        template: CloudFormation's, as plain data; values that only the deployment knows stay so,
            a parameter's among them, for it may get another value than its default.
    """
    scope = scope_of(template)
    written = template.get("Resources", {})
    found: list[Finding] = []
    for logical_id, resource in written.items():
        if resource["Type"] not in TYPES:
            continue
        properties = evaluate(resource.get("Properties", {}), scope)
        reasons = acknowledged(resource)
        if resource["Type"] == "AWS::SageMaker::MonitoringSchedule":
            properties = _with_definition(properties, resource["Properties"], written, scope)
        for control in CONTROLS:
            if control.type == resource["Type"]:
                found += finding_of(control, logical_id, properties, reasons)
    return found


def scope_of(template: Mapping[str, Any]) -> Scope:
    """What the names of a template stand for before anybody deploys it."""
    return Scope(mappings=template.get("Mappings", {}), conditions=template.get("Conditions", {}))


def acknowledged(resource: Mapping[str, Any]) -> Mapping[str, str]:
    """The reasons that a resource carries, by the id of the control."""
    reasons: Mapping[str, str] = resource.get("Metadata", {}).get(ACKNOWLEDGED, {})
    return reasons


def finding_of(
    control: Control, resource: str, properties: Mapping[str, Any], reasons: Mapping[str, str]
) -> Iterator[Finding]:
    """What is wrong with a resource by one control."""
    for message in control.broken(properties):
        yield Finding(
            control=control,
            resource=resource,
            message=message,
            reason=str(reasons.get(control.id, "")).strip(),
        )


def _with_definition(
    properties: Mapping[str, Any],
    written: Mapping[str, Any],
    resources: Mapping[str, Any],
    scope: Scope,
) -> Mapping[str, Any]:
    """A schedule with the network of the definition that it names, where the template has it."""
    name = at(written, NAMED)
    if name is None:
        return properties
    target = next(iter(name.values()), None) if isinstance(name, Mapping) else None
    logical_id = target[0] if isinstance(target, list) else str(target or "").partition(".")[0]
    definition = evaluate(resources.get(logical_id, {}).get("Properties", {}), scope)
    outer, _, inner = INLINE.partition(".")
    config = {k: v for k, v in properties[outer].items() if k != NAMED.rpartition(".")[2]}
    return {**properties, outer: {**config, inner: {NETWORK: definition.get(NETWORK, {})}}}
