"""An execution of a pipeline: followed to its end, and told when it has ended."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.config import Config

from ml_pipelines.job_reports import KINDS, described, failure, job_of

POLL_SECONDS = 30
PATIENT = Config(retries={"mode": "standard", "max_attempts": 10})
"""An execution is followed for hours: one call that fails must not end it."""
SUCCEEDED = "Succeeded"
ENDED = (SUCCEEDED, "Failed", "Stopped")


def wait(
    client: Any, logs: Any, execution: str, *, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Print the steps as they change until the execution ends; 0 when it succeeded."""
    shown: dict[str, str] = {}
    while True:
        status, steps = state(client, execution)
        for step in steps:
            if shown.get(step["StepName"]) != step["StepStatus"]:
                shown[step["StepName"]] = step["StepStatus"]
                print(f"  {step['StepName']}: {step['StepStatus']}", flush=True)
        if status["PipelineExecutionStatus"] in ENDED:
            return tell_end(client, logs, status, steps)
        sleep(POLL_SECONDS)


def state(client: Any, execution: str) -> tuple[Mapping[str, Any], list[Any]]:
    """What SageMaker says of an execution, and of its steps in their order."""
    status = client.describe_pipeline_execution(PipelineExecutionArn=execution)
    pages = client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )
    return status, [step for page in pages for step in page["PipelineExecutionSteps"]]


def tell_end(client: Any, logs: Any, status: Mapping[str, Any], steps: Sequence[Any]) -> int:
    """Print what an execution that has ended has found, or why it has failed; 0 if it succeeded.

    Nothing waits in a buffer: the log of a build shows both streams in the order of their lines.
    """
    for step in steps:
        if step["StepStatus"] == "Failed":
            for line in failure(client, logs, step):
                print(line, file=sys.stderr)
        elif words := _verdict(client, step):
            print(f"{step['StepName']}: {words}", flush=True)
    if "FailureReason" in status:
        print(f"error: {status['FailureReason']}", file=sys.stderr)
    print(f"pipeline execution: {status['PipelineExecutionStatus']}", flush=True)
    return 0 if status["PipelineExecutionStatus"] == SUCCEEDED else 1


def _verdict(client: Any, step: Any) -> str:
    """What a processing job that has done its work says of it, such as how good the model is."""
    job = job_of(step) if step["StepStatus"] == SUCCEEDED else None
    return described(client, job)[1] if job and job.kind == KINDS["processing-job"] else ""
