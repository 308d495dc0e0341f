"""`run-pipeline`: upload the sources, write the SageMaker pipeline, start it and wait."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ml_pipelines.approved_version import (
    NotSealed,
    approved_version,
    compares,
    settled,
)
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.get_pipeline_definition import add_module
from ml_pipelines.job_reports import KINDS, described, failure, job_of
from ml_pipelines.settings import Settings, SettingsError
from ml_pipelines.sources import Sources, SourcesDiffer
from ml_pipelines.tracking import definition_parameters, run_of_execution, try_to_record

POLL_SECONDS = 30
PATIENT = Config(retries={"mode": "standard", "max_attempts": 10})
"""An execution is followed for hours: one call that fails must not end it."""
OTHER_STEPS = 60
"""Minutes that the steps beside a training may take."""
ENDED = ("Succeeded", "Failed", "Stopped")


def main() -> int:
    """Run a pipeline to its end; exit code 1 says which step failed and why."""
    arguments = _arguments()
    try:
        settings = Settings.from_environment(os.environ)
        parameters = dict(pair(text) for text in arguments.parameter)
    except (SettingsError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    try:
        return _run(settings, arguments.module_name, parameters)
    except (FileNotFoundError, NotSealed, SourcesDiffer, TooLong) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
        return 1


def _run(settings: Settings, module_name: str, parameters: Mapping[str, str]) -> int:
    pipeline = get_pipeline(module_name, settings)
    definition = pipeline.definition()
    check_time(definition, settings.build_minutes)
    session = boto3.Session(region_name=settings.region)
    uploaded = Sources(settings).upload(session.client("s3", config=PATIENT))
    print(f"uploaded {uploaded} files to s3://{settings.artifact_bucket}", flush=True)
    client = session.client("sagemaker", config=PATIENT)
    if compares(definition):
        definition = settled(definition, approved_version(client, settings))
    logs = session.client("logs", config=PATIENT)
    execution = start(client, settings, pipeline.name, definition, parameters)
    code = wait(client, logs, execution)
    if settings.mlflow_app_arn:
        s3 = session.client("s3", config=PATIENT)
        run = run_of_execution(
            s3,
            settings,
            execution,
            parameters=definition_parameters(definition, parameters),
            succeeded=not code,
        )
        try_to_record(run, settings.mlflow_app_arn)
    return code


class TooLong(Exception):
    """The build would end before the training may."""


def check_time(definition: str, build_minutes: str) -> None:
    """A build that ends first is a failed one, although its training goes on and is paid.

    Raises:
        TooLong: a training may take longer than the build waits.
    """
    limits = [
        step["Arguments"]["StoppingCondition"]
        for step in json.loads(definition)["Steps"]
        if step["Type"] == "Training"
    ]
    longest = max(
        (each.get("MaxWaitTimeInSeconds", each["MaxRuntimeInSeconds"]) for each in limits),
        default=0,
    )
    if build_minutes and longest // 60 + OTHER_STEPS > int(build_minutes):
        fits = (int(build_minutes) - OTHER_STEPS) // 60
        raise TooLong(
            f"a training may take {longest // 3600} hours, and this build ends after "
            f"{int(build_minutes) / 60:g}, with {OTHER_STEPS} minutes for the other steps; declare "
            f"machines.maximum_hours: {fits} in project.yml (half of that with spot: true), or let "
            "the platform team raise build_minutes of the product"
        )


def start(
    client: Any, settings: Settings, name: str, definition: str, parameters: Mapping[str, str]
) -> str:
    """Create or update the pipeline and start it; the ARN of the execution."""
    request = {
        "PipelineName": name,
        "PipelineDescription": settings.pipeline_description,
        "PipelineDefinition": definition,
        "RoleArn": settings.role_arn,
    }
    tags = [
        {"Key": "sagemaker:project-id", "Value": settings.project_id},
        {"Key": "sagemaker:project-name", "Value": settings.project_name},
    ]
    try:
        client.describe_pipeline(PipelineName=name)
    except client.exceptions.ResourceNotFound:
        client.create_pipeline(**request, Tags=tags)
    else:
        client.update_pipeline(**request)
    started = client.start_pipeline_execution(
        PipelineName=name,
        PipelineParameters=[{"Name": key, "Value": text} for key, text in parameters.items()],
    )
    execution: str = started["PipelineExecutionArn"]
    print(f"started {execution}", flush=True)
    return execution


def wait(
    client: Any, logs: Any, execution: str, *, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Print the steps as they change until the execution ends; 0 when it succeeded."""
    shown: dict[str, str] = {}
    while True:
        status = client.describe_pipeline_execution(PipelineExecutionArn=execution)
        steps = _steps(client, execution)
        for step in steps:
            if shown.get(step["StepName"]) != step["StepStatus"]:
                shown[step["StepName"]] = step["StepStatus"]
                print(f"  {step['StepName']}: {step['StepStatus']}", flush=True)
        if status["PipelineExecutionStatus"] in ENDED:
            break
        sleep(POLL_SECONDS)
    for step in steps:
        if step["StepStatus"] == "Failed":
            for line in failure(client, logs, step):
                print(line, file=sys.stderr)
        elif words := _verdict(client, step):
            print(f"{step['StepName']}: {words}")
    if "FailureReason" in status:
        print(f"error: {status['FailureReason']}", file=sys.stderr)
    print(f"pipeline execution: {status['PipelineExecutionStatus']}")
    return 0 if status["PipelineExecutionStatus"] == "Succeeded" else 1


def _verdict(client: Any, step: Any) -> str:
    """What a processing job that has done its work says of it, such as how good the model is."""
    job = job_of(step) if step["StepStatus"] == "Succeeded" else None
    return described(client, job)[1] if job and job.kind == KINDS["processing-job"] else ""


def _steps(client: Any, execution: str) -> list[Any]:
    pages = client.get_paginator("list_pipeline_execution_steps").paginate(
        PipelineExecutionArn=execution, SortOrder="Ascending"
    )
    return [step for page in pages for step in page["PipelineExecutionSteps"]]


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    add_module(parser)
    add_parameter(parser)
    return parser.parse_args()


def add_parameter(parser: argparse.ArgumentParser) -> None:
    """The option for parameters of a pipeline."""
    parser.add_argument(
        "--parameter",
        "-p",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the pipeline; may be repeated",
    )


def pair(text: str) -> tuple[str, str]:
    """Of NAME=VALUE.

    Raises:
        ValueError: it is not.
    """
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"'{text}' is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
