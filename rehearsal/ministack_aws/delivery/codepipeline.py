"""Calls of CodePipeline about pipelines and started runs; nothing here plays one."""

from collections.abc import Mapping
from typing import Any, Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.delivery import jobs, pipeline_executions, pipeline_states
from ministack_aws.engine.types import Answer, Operations, Request
from ministack_aws.errors import ServiceError

TYPE: Final = "AWS::CodePipeline::Pipeline"
NOT_OF_THE_STRUCTURE = ("Tags", "RestartExecutionOnUpdate", "DisableInboundStageTransitions")


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about: of a pipeline, a stage of it or an action of that (Service
    Authorization Reference, "Actions, resources, and condition keys for AWS CodePipeline")."""
    name = request.get("name") or request.get("pipelineName")
    within = [request[part] for part in ("stageName", "actionName") if request.get(part)]
    return arn("codepipeline", "/".join([name, *within])) if name else "*"


def _list(request: Request) -> Answer:
    return {"pipelines": [{"name": name, "version": 1} for name, _ in all_of(TYPE)]}


def _get(request: Request) -> Answer:
    for name, properties in all_of(TYPE):
        if name == request["name"]:
            structure = {k: v for k, v in properties.items() if k not in NOT_OF_THE_STRUCTURE}
            found = _as_in_the_api({"Name": name, **structure})
            return {
                "pipeline": {**found, **_stores(found), "version": 1},
                "metadata": {"pipelineArn": arn("codepipeline", name)},
            }
    raise ServiceError(
        "PipelineNotFoundException",
        f"Account does not have a pipeline with name '{request['name']}'",
    )


def _stores(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The artifact stores of several regions: CloudFormation's list is a map in the API."""
    if "artifactStores" not in found:
        return {}
    rows = found["artifactStores"]
    return {"artifactStores": {row["region"]: row["artifactStore"] for row in rows}}


def _as_in_the_api(value: Any, configuration: bool = False) -> Any:
    """Property names of CloudFormation as the API spells them; a configuration keeps its own."""
    if isinstance(value, list):
        return [_as_in_the_api(inner, configuration) for inner in value]
    if isinstance(value, dict):
        return {
            name if configuration else name[0].lower() + name[1:]: _as_in_the_api(
                inner, configuration or name == "Configuration"
            )
            for name, inner in value.items()
        }
    if configuration:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 4 else value


OPERATIONS: Final[Operations] = {
    "GetPipeline": _get,
    "ListPipelines": _list,
    **jobs.OPERATIONS,
    **pipeline_executions.OPERATIONS,
    **pipeline_states.OPERATIONS,
}
