"""Which resources of a template, and which jobs of a pipeline, break which controls."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from mlops_commons.ai_controls.clauses import at
from mlops_commons.ai_controls.control import Control
from mlops_commons.ai_controls.jobs import JOB_CONTROLS, steps, with_defaults
from mlops_commons.ai_controls.table import CONTROLS, INLINE, NAMED
from mlops_commons.assembly.intrinsics import Scope, evaluate

ACKNOWLEDGED: Final = "AIControls"
"""Key of a resource's `Metadata`: the ids of controls that it breaks knowingly, with the reasons.
A template carries it to whoever looks at it: this program, and a hook of CloudFormation."""
PIPELINE: Final = "AWS::SageMaker::Pipeline"
NETWORK: Final = "NetworkConfig"
TYPES: Final = frozenset({PIPELINE, *(control.type for control in CONTROLS)})


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
    scope = Scope(mappings=template.get("Mappings", {}), conditions=template.get("Conditions", {}))
    written = template.get("Resources", {})
    found: list[Finding] = []
    for logical_id, resource in written.items():
        if resource["Type"] not in TYPES:
            continue
        properties = evaluate(resource.get("Properties", {}), scope)
        reasons = resource.get("Metadata", {}).get(ACKNOWLEDGED, {})
        if resource["Type"] == "AWS::SageMaker::MonitoringSchedule":
            properties = _with_definition(properties, resource["Properties"], written, scope)
        if resource["Type"] == PIPELINE:
            found += _in_pipeline(logical_id, properties, reasons)
        for control in CONTROLS:
            if control.type == resource["Type"]:
                found += _of(control, logical_id, properties, reasons)
    return found


def findings_in_definition(definition: Mapping[str, Any]) -> list[Finding]:
    """What the jobs of a compiled SageMaker pipeline break.

    Args:
        definition: what `CreatePipeline` gets; a parameter counts with its default value.
    """
    return list(_of_steps(definition, {}))


def is_definition(document: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a document is a compiled SageMaker pipeline."""
    return isinstance(document, Mapping) and isinstance(document.get("Steps"), list)


def _of(
    control: Control, resource: str, properties: Mapping[str, Any], reasons: Mapping[str, str]
) -> Iterator[Finding]:
    for message in control.broken(properties):
        yield Finding(
            control=control,
            resource=resource,
            message=message,
            reason=str(reasons.get(control.id, "")).strip(),
        )


def _of_steps(definition: Mapping[str, Any], reasons: Mapping[str, str]) -> Iterator[Finding]:
    for step in steps(with_defaults(definition)):
        for control in JOB_CONTROLS:
            if control.type == step["Type"]:
                yield from _of(control, str(step["Name"]), step["Arguments"], reasons)


def _in_pipeline(
    logical_id: str, properties: Mapping[str, Any], reasons: Mapping[str, str]
) -> Iterator[Finding]:
    """The jobs of a pipeline that a template makes, where the template says what they are."""
    body = at(properties, "PipelineDefinition.PipelineDefinitionBody")
    try:
        definition = json.loads(body) if isinstance(body, str) else None
    except ValueError:
        definition = None
    if is_definition(definition):
        for finding in _of_steps(definition, reasons):
            yield Finding(
                control=finding.control,
                resource=f"{logical_id}/{finding.resource}",
                message=finding.message,
                reason=finding.reason,
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
