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
    sagemaker = accounts.client("sagemaker")
    sagemaker.create_pipeline(
        PipelineName=name,
        PipelineDefinition=json.dumps(definition),
        RoleArn=role,
        ClientRequestToken="t" * 32,
    )
    run = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=run)
        if found["PipelineExecutionStatus"] != "Executing":
            break
        time.sleep(0.2)
    found = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=run, SortOrder="Ascending")
    return list(found["PipelineExecutionSteps"])
