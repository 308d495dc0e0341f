"""Runs of a SageMaker pipeline in an emulated account."""

import json
import time
from collections.abc import Mapping
from typing import Any

from accounts_of_tests import Accounts


def pipeline_steps(
    accounts: Accounts, name: str, role: str, *steps: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Make a pipeline of steps, run it to its end, and say what became of them."""
    definition = {"Version": "2020-12-01", "Parameters": [], "Steps": steps}
    make_pipeline(accounts, name, role, json.dumps(definition))
    return run(accounts, name)[1]


def make_pipeline(accounts: Accounts, name: str, role: str, definition: str) -> None:
    """A pipeline of a definition."""
    accounts.client("sagemaker").create_pipeline(
        PipelineName=name,
        PipelineDefinition=definition,
        RoleArn=role,
        ClientRequestToken="t" * 32,
    )


def run(
    accounts: Accounts, name: str, *, seconds: float = 60, **parameters: str
) -> tuple[str, list[dict[str, Any]]]:
    """Run a pipeline to its end: its status, and what became of its steps."""
    sagemaker = accounts.client("sagemaker")
    started = sagemaker.start_pipeline_execution(
        PipelineName=name,
        PipelineParameters=[{"Name": n, "Value": value} for n, value in parameters.items()],
    )
    execution = {"PipelineExecutionArn": started["PipelineExecutionArn"]}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = sagemaker.describe_pipeline_execution(**execution)
        if found["PipelineExecutionStatus"] != "Executing":
            break
        time.sleep(0.2)
    steps = sagemaker.list_pipeline_execution_steps(**execution, SortOrder="Ascending")
    return str(found["PipelineExecutionStatus"]), list(steps["PipelineExecutionSteps"])
