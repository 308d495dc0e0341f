"""Runs of CodePipeline that were started; the player of pipelines takes them from here."""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import Key, all_of, key_of
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

TYPE: Final = "AWS::CodePipeline::Pipeline"
DETAIL_TYPE = "CodePipeline Pipeline Execution State Change"
PASSED: Final = "passed"
"""Noted of a run and not shown: the stages in which it has succeeded."""
RUNS: Final[dict[Key, list[Record]]] = {}
"""The runs of each pipeline in the order in which they started, by account, region and name."""


def start(name: str, variables: Sequence[Mapping[str, str]] = (), trigger: str = "") -> str:
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
    run: Record = {
        "pipelineExecutionId": str(uuid.uuid4()),
        "status": "InProgress",
        "startTime": time.time(),
        "lastUpdateTime": time.time(),
        "trigger": {"triggerType": "CloudWatchEvent", "triggerDetail": trigger},
        "variables": [{"name": n, "resolvedValue": v} for n, v in {**known, **given}.items()],
    }
    RUNS.setdefault(key_of(TYPE, name), []).append(run)
    return str(run["pipelineExecutionId"])


def ended(request: Request) -> tuple[int, Answer]:
    """An HTTP status; from now on the run has the status with which its player has ended it."""
    with request_scope(request["account"], request["region"]):
        for run in RUNS.get(key_of(TYPE, request["pipeline"]), []):
            if run["pipelineExecutionId"] == request["run"]:
                run.update(status=request["status"], lastUpdateTime=time.time())
                _tell(request["pipeline"], run)
                return 200, {}
    return 404, {"message": f"{request['pipeline']} has no run {request['run']}"}


def _tell(name: str, run: Record) -> None:
    """CodePipeline User Guide, "Monitoring CodePipeline events": the end of an execution."""
    detail = {
        "pipeline": name,
        "execution-id": run["pipelineExecutionId"],
        "state": run["status"].upper(),
        "version": 1.0,
    }
    event_bus.emit("aws.codepipeline", DETAIL_TYPE, detail, [arn("codepipeline", name)])


def _start(request: Request) -> Answer:
    found = start(request["name"], request.get("variables", ()), "StartPipelineExecution")
    return {"pipelineExecutionId": found}


def _list(request: Request) -> Answer:
    runs = _runs(request["pipelineName"])
    stage = request.get("filter", {}).get("succeededInStage", {}).get("stageName", "")
    found = [run for run in reversed(runs) if not stage or stage in run.get(PASSED, ())]
    return {"pipelineExecutionSummaries": [_shown(r) for r in found[: request.get("maxResults")]]}


def _runs(pipeline: str) -> Sequence[Record]:
    if pipeline not in dict(all_of(TYPE)):
        raise ServiceError("PipelineNotFoundException", f"The pipeline {pipeline} was not found")
    return RUNS.get(key_of(TYPE, pipeline), [])


def _shown(run: Record) -> Answer:
    return {name: value for name, value in run.items() if name != PASSED}


def _get(request: Request) -> Answer:
    for run in _runs(request["pipelineName"]):
        if run["pipelineExecutionId"] == request["pipelineExecutionId"]:
            return {"pipelineExecution": {"pipelineName": request["pipelineName"], **_shown(run)}}
    raise ServiceError("PipelineExecutionNotFoundException", "The execution was not found")


OPERATIONS: Final[Operations] = {
    "GetPipelineExecution": _get,
    "ListPipelineExecutions": _list,
    "StartPipelineExecution": _start,
}
