"""The jobs that pipelines have started: what a Describe call says of each, and its log."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from ministack_aws.arns import arn
from ministack_aws.engine.types import Answer, Client, Operations, Record, Request
from ministack_aws.errors import ServiceError

JOBS: Final[dict[str, Record]] = {}
"""By ARN."""
KINDS: Final = {"ProcessingJob": "processing-job", "TrainingJob": "training-job"}
LONGEST: Final = 1024


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    kind = operation.removeprefix("Describe")
    if operation not in OPERATIONS:
        return None
    return _arn(kind, request[f"{kind}Name"])


def started(kind: str, name: str, request: Mapping[str, object]) -> Record:
    """Remember a job.

    Args:
        kind: such as `TrainingJob`.
    """
    job = JOBS[_arn(kind, name)] = {
        **request,
        f"{kind}Name": name,
        f"{kind}Arn": _arn(kind, name),
        f"{kind}Status": "InProgress",
        "CreationTime": time.time(),
    }
    return job


def ended(kind: str, job: Record, root: Path, log: str, reason: str, logs: Client) -> None:
    """Keep how a job has ended: its status, its own words, and its log.

    Source: API Reference, DescribeProcessingJob, ExitMessage; Developer Guide, "CloudWatch Logs for
    Amazon SageMaker AI", for the names of group and stream.

    Args:
        reason: why it has failed; none where it has not.
        logs: a client of CloudWatch Logs with the job's role.
    """
    job[f"{kind}Status"] = "Failed" if reason else "Completed"
    if reason:
        job["FailureReason"] = reason[:LONGEST]
    message = root / "output" / "message"
    if kind == "ProcessingJob" and message.is_file():
        job["ExitMessage"] = message.read_text(encoding="utf-8")[:LONGEST]
    _write_log(kind, job[f"{kind}Name"], log, logs)


def _write_log(kind: str, name: str, log: str, logs: Client) -> None:
    group = f"/aws/sagemaker/{kind}s"
    place = {"logGroupName": group, "logStreamName": f"{name}/algo-1-{int(time.time())}"}
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    logs.create_log_stream(**place)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in log.splitlines() if line]
    if events:
        logs.put_log_events(**place, logEvents=events[-1000:])


def _arn(kind: str, name: str) -> str:
    return arn("sagemaker", f"{KINDS[kind]}/{name.lower()}")


def _describe(kind: str) -> Callable[[Request], Answer]:
    def answer(request: Request) -> Answer:
        found = JOBS.get(_arn(kind, request[f"{kind}Name"]))
        if found is None:
            raise ServiceError("ValidationException", "Requested resource not found.")
        return found

    return answer


OPERATIONS: Final[Operations] = {f"Describe{kind}": _describe(kind) for kind in KINDS}
