"""Builds of CodeBuild that read a repository by themselves; their player takes them from here.

MiniStack calls every build succeeded as soon as it is started, with the variables of its project.
"""

import functools
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from ministack_aws import event_bus
from ministack_aws.arns import arn
from ministack_aws.engine import codebuild
from ministack_aws.engine.requests import json_error, request_scope, resource_of_call
from ministack_aws.engine.types import Answer, Record, Request, Response

BY_ITSELF: Final = "CODECOMMIT"
RUNNING: Final = "IN_PROGRESS"
DETAIL_TYPE: Final = "CodeBuild Build State Change"
PHASE_CHANGED: Final = "CodeBuild Build Phase Change"
PHASES: Final = (
    *("SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE"),
    *("INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"),
)
LAST: Final = ("BUILD", "POST_BUILD")
"""After a phase that has failed none begins, but POST_BUILD after BUILD (CodeBuild User Guide,
"Build phase transitions")."""
_TOKENS: Final[dict[tuple[str, str], tuple[Request, str]]] = {}
"""The request and the build of each token, by the ARN of the project and the token."""


def register() -> None:
    """Wrap what starts builds, and what says which resource a call is about."""
    codebuild.start_build.wrap(_started)
    resource_of_call.wrap(_with_builds)


def _with_builds(resource_of: Callable[..., str]) -> Callable[..., str]:
    """Service Authorization Reference, CodeBuild: BatchGetBuilds has the resource type project."""

    @functools.wraps(resource_of)
    def wrapped(service: str, *rest: Any) -> str:
        found: str = resource_of(service, *rest)
        if service != "codebuild" or found != "*":
            return found
        *_, body, _query, region, account = rest
        ids = json.loads(body or b"{}").get("ids") or ()
        if not ids:
            return found
        return f"arn:aws:codebuild:{region}:{account}:project/{ids[0].rpartition(':')[0]}"

    return wrapped


def _started(start: Callable[[Request], Response]) -> Callable[[Request], Response]:
    @functools.wraps(start)
    def wrapped(data: Request) -> Response:
        """API_StartBuild: variables that replace those of the project, `idempotencyToken`."""
        name = str(data.get("projectName"))
        key = (arn("codebuild", f"project/{name}"), str(data.get("idempotencyToken")))
        if "idempotencyToken" in data and key in _TOKENS:
            before, build_id = _TOKENS[key]
            if before != data:
                return json_error("InvalidInputException", "the token is of another request", 400)
            return _answer(codebuild.builds()[build_id])
        status, headers, body = start(data)
        if status != 200:
            return status, headers, body
        record = codebuild.builds()[json.loads(body)["build"]["id"]]
        project = codebuild.projects()[name]
        environment = dict(project.get("environment") or {})
        given = {row["name"]: row for row in environment.get("environmentVariables") or ()}
        given |= {row["name"]: row for row in data.get("environmentVariablesOverride") or ()}
        record["environment"] = {**environment, "environmentVariables": [*given.values()]}
        if record["source"].get("type") == BY_ITSELF:
            record.update(buildStatus=RUNNING, currentPhase="SUBMITTED", phases=[])
            record.pop("endTime", None)
        _TOKENS[key] = (dict(data), record["id"])
        return _answer(record)

    return wrapped


def _answer(record: Record) -> Response:
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps({"build": record})


def ended(request: Request) -> tuple[int, Answer]:
    """An HTTP status; from now on the build has the status with which its player has ended it.

    `phase` is the one that has failed, of a build that has.
    """
    with request_scope(request["account"], request["region"]):
        record = codebuild.builds().get(request["build"])
        if record is None or record["buildStatus"] != RUNNING:
            return 404, {"message": f"no build {request['build']} is in progress"}
        now = time.time()
        record.update(buildStatus=request["status"], currentPhase="COMPLETED", endTime=now)
        record["resolvedSourceVersion"] = record["sourceVersion"]
        for phase, phase_status in _phases(str(request.get("phase") or ""), record["buildStatus"]):
            _tell_phase(record, phase, phase_status)
        _tell(record)
    return 200, {}


def _phases(failed: str, status: str) -> Iterator[tuple[str, str]]:
    """The phases that a build has had, and how each has ended."""
    for phase in PHASES:
        yield phase, status if phase == failed else "SUCCEEDED"
        if phase == failed and phase not in LAST:
            return


def _tell_phase(record: Record, phase: str, status: str) -> None:
    """CodeBuild User Guide, "Build notifications input format reference": a completed phase."""
    group = record.get("logs", {}).get("groupName", f"/aws/codebuild/{record['projectName']}")
    where = f"{group};stream={record['id'].rpartition(':')[2]}"
    region = record["arn"].split(":")[3]
    link = f"https://console.aws.amazon.com/cloudwatch/home?region={region}#logEvent:group={where}"
    failed = "COMMAND_EXECUTION_ERROR: Error while executing command: exit status 1"
    detail = {
        "completed-phase": phase,
        "project-name": record["projectName"],
        "build-id": record["arn"],
        "completed-phase-context": f"[{'' if status == 'SUCCEEDED' else failed}]",
        "additional-information": {"logs": {"group-name": group, "deep-link": link}},
        "completed-phase-status": status,
        "version": "1",
    }
    event_bus.emit("aws.codebuild", PHASE_CHANGED, detail, [record["arn"]])


def _tell(record: Record) -> None:
    """CodeBuild User Guide, "Build notifications input format reference": a changed state."""
    detail = {
        "build-status": record["buildStatus"],
        "project-name": record["projectName"],
        "build-id": record["arn"],
        "current-phase": "COMPLETED",
        "version": "1",
    }
    event_bus.emit("aws.codebuild", DETAIL_TYPE, detail, [record["arn"]])
