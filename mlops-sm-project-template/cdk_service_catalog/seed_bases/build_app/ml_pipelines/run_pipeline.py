"""`run-pipeline`: upload the sources, write the SageMaker pipeline and start it.

Nobody waits for a training in a build, which is paid by the minute: the event of its end starts the
build that reports it (`report_execution`).
"""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ml_pipelines.approved_version import (
    NotSealed,
    approved_version,
    compares,
    settled,
)
from ml_pipelines.discovery import get_pipeline
from ml_pipelines.executions import PATIENT, wait
from ml_pipelines.get_pipeline_definition import add_module
from ml_pipelines.settings import Settings, SettingsError
from ml_pipelines.sources import Sources, SourcesDiffer


def main() -> int:
    """Start a pipeline; with `--wait`, exit code 1 says which step failed and why."""
    arguments = _arguments()
    try:
        settings = Settings.from_environment(os.environ)
        parameters = dict(pair(text) for text in arguments.parameter)
    except (SettingsError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    try:
        return _run(settings, arguments, parameters)
    except (FileNotFoundError, NotSealed, SourcesDiffer) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
        return 1


def _run(settings: Settings, arguments: Any, parameters: Mapping[str, str]) -> int:
    pipeline = get_pipeline(arguments.module_name, settings)
    definition = pipeline.definition()
    session = boto3.Session(region_name=settings.region)
    uploaded = Sources(settings).upload(session.client("s3", config=PATIENT))
    print(f"uploaded {uploaded} files to s3://{settings.artifact_bucket}", flush=True)
    client = session.client("sagemaker", config=PATIENT)
    if compares(definition):
        definition = settled(definition, approved_version(client, settings))
    execution = start(client, settings, pipeline.name, definition, parameters)
    if arguments.wait:
        return wait(client, session.client("logs", config=PATIENT), execution)
    print(follow(pipeline.name))
    return 0


def follow(name: str) -> str:
    """Where people see an execution of the project's pipeline, and who tells of its end."""
    return (
        f"follow it in Studio under Pipelines, {name}; when it ends, the build "
        f"sagemaker-{name}-report says how, and the project's topic hears of it"
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


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    add_module(parser)
    add_parameter(parser)
    add_wait(parser)
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


def add_wait(parser: argparse.ArgumentParser) -> None:
    """The option for people who want to see the end."""
    parser.add_argument("--wait", action="store_true", help="follow the execution to its end")


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
