"""Jobs of CodePipeline that functions answer, and the history of actions; the player fills both.

`POST /_registry/jobs` without an `id` makes a job in an account and region; with one it tells how
the job has ended. `POST /_registry/actions` remembers an action that was played.
"""

import time
import uuid
from typing import Final

from ministack_aws.cloudformation.records import Key, key_of
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Operations, Record, Request
from ministack_aws.errors import ServiceError

TYPE: Final = "AWS::CodePipeline::Pipeline"
JOBS: Final[dict[str, Record]] = {}
ACTIONS: Final[dict[Key, list[Record]]] = {}
"""What has run in each pipeline, oldest first."""
MAXIMUM_VARIABLES: Final = 122_880
"""Bytes of all output variables (CodePipeline User Guide, "Quotas")."""


def answer(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and a new job or how one has ended."""
    if "id" not in request:
        job = {"id": str(uuid.uuid4()), "place": [request["account"], request["region"]]}
        JOBS[str(job["id"])] = job
        return 200, {"id": job["id"]}
    found = JOBS.get(request["id"])
    return (200, found) if found else (404, {"message": f"there is no job {request['id']}"})


def remember(request: Request) -> tuple[int, Answer]:
    """An HTTP status; from now on the action is part of the pipeline's history."""
    with request_scope(request["account"], request["region"]):
        ACTIONS.setdefault(key_of(TYPE, request["pipeline"]), []).append(
            {**request["detail"], "lastUpdateTime": time.time()}
        )
    return 200, {}


def _succeeded(request: Request) -> Answer:
    variables = request.get("outputVariables", {})
    if sum(len(name) + len(value) for name, value in variables.items()) > MAXIMUM_VARIABLES:
        raise ServiceError("OutputVariablesSizeExceededException", "The variables are too long")
    _open(request["jobId"]).update(status="Succeeded", variables=variables)
    return {}


def _failed(request: Request) -> Answer:
    details = request["failureDetails"]
    if not 1 <= len(details["message"]) <= 5000:
        raise ServiceError("ValidationException", "message has 1 to 5000 characters")
    _open(request["jobId"]).update(status="Failed", message=details["message"])
    return {}


def _open(job_id: str) -> Record:
    """A job of the caller's account that nobody has answered yet."""
    found = JOBS.get(job_id)
    if found is None or found["place"] != [get_account_id(), get_region()]:
        raise ServiceError("JobNotFoundException", "The job was specified incorrectly or not found")
    if "status" in found:
        raise ServiceError("InvalidJobStateException", "The job has been answered already")
    return found


def _list(request: Request) -> Answer:
    rows = ACTIONS.get(key_of(TYPE, request["pipelineName"]), [])
    return {"actionExecutionDetails": list(reversed(rows))}


OPERATIONS: Final[Operations] = {
    "ListActionExecutions": _list,
    "PutJobFailureResult": _failed,
    "PutJobSuccessResult": _succeeded,
}
