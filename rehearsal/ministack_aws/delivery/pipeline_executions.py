"""Runs of CodePipeline that were asked for; who plays pipelines takes them from here."""

import time
import uuid

from ministack.core.responses import request_scope

from ministack_aws.delivery import event_bus
from ministack_aws.errors import ServiceError
from ministack_aws.records import all_of, arn, key_of

TYPE = "AWS::CodePipeline::Pipeline"
DETAIL_TYPE = "CodePipeline Pipeline Execution State Change"
RUNS = {}
"""The runs of each pipeline in the order in which they started, by account, region and name."""


def start(name, variables=(), trigger=""):
    """Start a run; its id.

    Raises:
        ServiceError: there is no such pipeline, or it has no such variable.
    """
    pipeline = dict(all_of(TYPE)).get(name)
    if pipeline is None:
        raise ServiceError(
            "PipelineNotFoundException", f"Account does not have a pipeline with name '{name}'"
        )
    known = {row["Name"]: row.get("DefaultValue", "") for row in pipeline.get("Variables", ())}
    given = {row["name"]: row["value"] for row in variables}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ServiceError(
            "ValidationException",
            f"Variable {unknown[0]} is not declared at the pipeline level of '{name}'",
        )
    run = {
        "pipelineExecutionId": str(uuid.uuid4()),
        "status": "InProgress",
        "startTime": time.time(),
        "lastUpdateTime": time.time(),
        "trigger": {"triggerType": "CloudWatchEvent", "triggerDetail": trigger},
        "variables": [{"name": n, "resolvedValue": v} for n, v in {**known, **given}.items()],
    }
    RUNS.setdefault(key_of(TYPE, name), []).append(run)
    return run["pipelineExecutionId"]


def ended(request):
    """An HTTP status; from now on the run has the status with which its player has ended it."""
    with request_scope(request["account"], request["region"]):
        for run in RUNS.get(key_of(TYPE, request["pipeline"]), []):
            if run["pipelineExecutionId"] == request["run"]:
                run.update(status=request["status"], lastUpdateTime=time.time())
                _tell(request["pipeline"], run)
                return 200, {}
    return 404, {"message": f"{request['pipeline']} has no run {request['run']}"}


def _tell(name, run):
    """CodePipeline User Guide, "Monitoring CodePipeline events": the end of an execution."""
    detail = {
        "pipeline": name,
        "execution-id": run["pipelineExecutionId"],
        "state": run["status"].upper(),
        "version": 1.0,
    }
    event_bus.emit("aws.codepipeline", DETAIL_TYPE, detail, [arn("codepipeline", name)])


def _start(request):
    found = start(request["name"], request.get("variables", ()), "StartPipelineExecution")
    return {"pipelineExecutionId": found}


def _list(request):
    runs = RUNS.get(key_of(TYPE, request["pipelineName"]), [])
    return {"pipelineExecutionSummaries": list(reversed(runs))}


def _get(request):
    for run in RUNS.get(key_of(TYPE, request["pipelineName"]), []):
        if run["pipelineExecutionId"] == request["pipelineExecutionId"]:
            return {"pipelineExecution": {"pipelineName": request["pipelineName"], **run}}
    raise ServiceError("PipelineExecutionNotFoundException", "The execution was not found")


OPERATIONS = {
    "GetPipelineExecution": _get,
    "ListPipelineExecutions": _list,
    "StartPipelineExecution": _start,
}
