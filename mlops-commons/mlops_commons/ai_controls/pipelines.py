"""The jobs of compiled SageMaker pipelines, alone and inside of templates."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeGuard

from mlops_commons.ai_controls.clauses import at
from mlops_commons.ai_controls.findings import Finding, acknowledged, finding_of, findings, scope_of
from mlops_commons.ai_controls.jobs import JOB_CONTROLS, steps, with_defaults
from mlops_commons.assembly.intrinsics import evaluate

PIPELINE: Final = "AWS::SageMaker::Pipeline"


def findings_with_jobs(template: Mapping[str, Any]) -> list[Finding]:
    """What a template breaks: its resources, and the jobs of the pipelines that it makes."""
    scope = scope_of(template)
    found = findings(template)
    for logical_id, resource in template.get("Resources", {}).items():
        if resource["Type"] == PIPELINE:
            properties = evaluate(resource.get("Properties", {}), scope)
            found += _in_pipeline(logical_id, properties, acknowledged(resource))
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


def _of_steps(definition: Mapping[str, Any], reasons: Mapping[str, str]) -> Iterator[Finding]:
    for step in steps(with_defaults(definition)):
        for control in JOB_CONTROLS:
            if control.type == step["Type"]:
                yield from finding_of(control, str(step["Name"]), step["Arguments"], reasons)


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
