"""`report-execution`: say how a training has ended, in the build that its end starts.

The build that starts a training does not wait for its end, which would be paid by the minute: the
event of the end starts this one.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ml_pipelines.executions import ENDED, PATIENT, SUCCEEDED, state, tell_end
from ml_pipelines.tracking import Run, chosen, commit_of, run_of_execution, try_to_record

VARIABLES = {
    "execution": "EXECUTION_ARN",
    "pipeline": "SAGEMAKER_PIPELINE_ARN",
    "region": "AWS_REGION",
}
OPTIONAL = {"mlflow_app_arn": "MLFLOW_APP_ARN", "artifact_bucket": "ARTIFACT_BUCKET"}


class CannotReport(Exception):
    """There is no end that this project could report; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An execution of the project's own pipeline.

    Attributes:
        execution: its ARN, as the event has it.
        pipeline: the ARN of the project's pipeline, which is in the project's template.
        mlflow_app_arn, artifact_bucket: where runs are tracked, if anywhere, and their results.
    """

    execution: str
    pipeline: str
    region: str
    mlflow_app_arn: str = ""
    artifact_bucket: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Execution":
        """Read the variables of the build.

        Raises:
            CannotReport: variables are missing, or the execution is of another pipeline.
        """
        missing = [name for name in VARIABLES.values() if not environment.get(name)]
        if missing:
            raise CannotReport(
                f"these environment variables are not set: {', '.join(missing)}; the rule that "
                "hears of the end of a training starts this build with them"
            )
        wanted = environment[VARIABLES["pipeline"]]
        given = environment[VARIABLES["execution"]]
        if not re.fullmatch(f"{re.escape(wanted)}/execution/[A-Za-z0-9]+", given):
            raise CannotReport(f"EXECUTION_ARN is '{given}', no execution of {wanted}")
        named = {**VARIABLES, **OPTIONAL}
        return cls(**{field: environment.get(name, "") for field, name in named.items()})


def main() -> int:
    """Exit code 1 says that nobody else tells of it; with `--verdict`, that it has failed.

    A step that has failed is told by its own event. Where an execution ends badly without one, or
    this program cannot report, the phase of the build fails in which it is called, and that is
    told: see `buildspec.report.yml`.
    """
    arguments = _parser().parse_args()
    try:
        given = Execution.from_environment(os.environ)
        return _run(given, boto3.Session(region_name=given.region), verdict=arguments.verdict)
    except CannotReport as error:
        print(f"error: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
    return 1


def _run(given: Execution, session: Any, *, verdict: bool) -> int:
    client = session.client("sagemaker", config=PATIENT)
    status, steps = state(client, given.execution)
    ended = status["PipelineExecutionStatus"]
    if ended not in ENDED:
        # Its end has started this build, so somebody has retried it since (Studio, "Retry").
        print(f"{given.execution}: {ended} again; its next end starts another report", flush=True)
        return 0
    if verdict:
        print(f"{given.execution}: {ended}")
        return int(ended != SUCCEEDED)
    print(given.execution, flush=True)
    for step in steps:
        print(f"  {step['StepName']}: {step['StepStatus']}", flush=True)
    failed = tell_end(client, session.client("logs", config=PATIENT), status, steps)
    if given.mlflow_app_arn:
        try_to_record(lambda: _run_of(session, client, given, status), given.mlflow_app_arn)
    by_its_own_event = any(step["StepStatus"] == "Failed" for step in steps)
    return int(bool(failed) and not by_its_own_event)


def _run_of(session: Any, client: Any, given: Execution, status: Mapping[str, Any]) -> Run:
    """The run, with what this execution has run, whatever was pushed meanwhile."""
    definition = client.describe_pipeline_definition_for_execution(
        PipelineExecutionArn=given.execution
    )["PipelineDefinition"]
    pages = client.get_paginator("list_pipeline_parameters_for_execution").paginate(
        PipelineExecutionArn=given.execution
    )
    rows = [row for page in pages for row in page.get("PipelineParameters", ())]
    return run_of_execution(
        session.client("s3", config=PATIENT),
        given.artifact_bucket,
        given.execution,
        experiment=given.pipeline.rpartition("/")[2],
        commit=commit_of(definition),
        parameters=chosen(definition, {row["Name"]: row["Value"] for row in rows}),
        ended=str(status.get("LastModifiedTime", "")),
        succeeded=status["PipelineExecutionStatus"] == SUCCEEDED,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="report-execution", description=__doc__)
    parser.add_argument(
        "--verdict", action="store_true", help="say only whether the training has succeeded"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
