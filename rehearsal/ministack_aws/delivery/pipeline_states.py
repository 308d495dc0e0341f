"""How far runs of CodePipeline have come, stage by stage, as their player tells it.

CodePipeline API Reference, GetPipelineState, and `filter.succeededInStage` of
ListPipelineExecutions.
"""

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import Key, all_of, key_of
from ministack_aws.delivery.pipeline_executions import PASSED, RUNS, TYPE
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
DETAIL_TYPE: Final = "CodePipeline Action Execution State Change"
ENTERED: Final[dict[tuple[Key, str], Record]] = {}
"""The latest execution of each stage of a pipeline: its run, and its actions by name."""


def progress(request: Request) -> tuple[int, Answer]:
    """An HTTP status; an action of a run has begun or ended.

    A run that nobody has started in CodePipeline leaves no trace.
    """
    with request_scope(request["account"], request["region"]):
        pipeline = key_of(TYPE, request["pipeline"])
        runs = RUNS.get(pipeline, [])
        run = next((r for r in runs if r["pipelineExecutionId"] == request["run"]), None)
        if run is not None:
            _enter(pipeline, run, request)
    return 200, {}


def _enter(pipeline: Key, run: Record, request: Request) -> None:
    if commit := request.get("commit"):
        revision = {"actionName": request["action"], "revisionId": commit}
        run["sourceRevisions"] = [{**revision, "revisionSummary": request.get("summary", "")}]
    stage, run_id = request["stage"], request["run"]
    entered = ENTERED.get((pipeline, stage))
    if entered is None or entered["run"] != run_id:
        entered = ENTERED[pipeline, stage] = {"run": run_id, "actions": {}}
    entered["actions"][request["action"]] = {
        "status": request["status"],
        "lastStatusChange": time.time(),
        **_error(request),
        **_token(request),
    }
    if request["status"] == FAILED:
        _tell(request)
    wanted = {action["Name"] for name, action in _actions(request["pipeline"]) if name == stage}
    done = {name for name, a in entered["actions"].items() if a["status"] == SUCCEEDED}
    passed = run.setdefault(PASSED, [])
    if wanted <= done and stage not in passed:
        passed.append(stage)


def _tell(request: Request) -> None:
    """CodePipeline User Guide, "Monitoring CodePipeline events": an action that has failed."""
    detail = {
        "pipeline": request["pipeline"],
        "execution-id": request["run"],
        "stage": request["stage"],
        "action": request["action"],
        "state": FAILED.upper(),
        "execution-result": {
            "external-execution-summary": request.get("message", ""),
            "error-code": "JobFailed",
        },
    }
    source = [arn("codepipeline", request["pipeline"])]
    event_bus.emit("aws.codepipeline", DETAIL_TYPE, detail, source)


def _error(request: Request) -> Answer:
    message = request.get("message", "")
    return {"errorDetails": {"code": "JobFailed", "message": message}} if message else {}


def _token(request: Request) -> Answer:
    """API_ActionExecution, `token`: only a manual approval that waits has one."""
    providers = {
        (stage, action["Name"]): action["ActionTypeId"]["Provider"]
        for stage, action in _actions(request["pipeline"])
    }
    provider = providers.get((request["stage"], request["action"]))
    waits = provider == "Manual" and request["status"] == "InProgress"
    return {"token": str(uuid.uuid4())} if waits else {}


def _actions(pipeline: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for stage in dict(all_of(TYPE))[pipeline]["Stages"]:
        for action in stage["Actions"]:
            yield stage["Name"], action


def _state(request: Request) -> Answer:
    name = request["name"]
    structure = dict(all_of(TYPE)).get(name)
    if structure is None:
        raise ServiceError("PipelineNotFoundException", f"The pipeline {name} was not found")
    stages = [_of_stage(key_of(TYPE, name), stage) for stage in structure["Stages"]]
    return {"pipelineName": name, "pipelineVersion": 1, "stageStates": stages}


def _of_stage(pipeline: Key, stage: Mapping[str, Any]) -> Answer:
    name = stage["Name"]
    shown = {"stageName": name, "inboundTransitionState": {"enabled": True}}
    entered = ENTERED.get((pipeline, name))
    if entered is None:
        actions = [{"actionName": action["Name"]} for action in stage["Actions"]]
        return {**shown, "actionStates": actions}
    found = entered["actions"]
    actions = [
        {"actionName": n, **({"latestExecution": found[n]} if n in found else {})}
        for n in (action["Name"] for action in stage["Actions"])
    ]
    status = _status([found.get(a["Name"], {}).get("status", "") for a in stage["Actions"]])
    latest = {"pipelineExecutionId": entered["run"], "status": status}
    return {**shown, "actionStates": actions, "latestExecution": latest}


def _status(actions: list[str]) -> str:
    if FAILED in actions:
        return FAILED
    return SUCCEEDED if set(actions) == {SUCCEEDED} else "InProgress"


OPERATIONS: Final[Operations] = {"GetPipelineState": _state}
