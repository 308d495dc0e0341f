"""Run the deployed inference pipeline on sample data and look at the scores."""

import csv
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy_app import names
from deploy_app.errors import DeployError
from deploy_app.settings import Settings, load_settings
from deploy_app.stage_config import load_stage_config
from deploy_app.version_files import VersionFile, version_file

SAMPLE = "sample.csv"
NEEDED = ("STAGE", "TEST_ROLE_ARN", "AWS_REGION")
INPUT = "integration-test/input/sample.csv"
POLL_SECONDS = 20


def main() -> int:
    """Exit code 1 says which step has failed, or what the scores lack."""
    try:
        environment = _environment(os.environ)
        stage, settings = environment["STAGE"], load_settings()
        limits = load_stage_config(stage, settings.roles[stage]).integration_test
        if not limits.enabled:
            print(f"integration_test.enabled is false in {stage}: nothing is run")
            return 0
        session = _session(environment)
        rows = run(
            session.client("sagemaker"),
            session.client("s3"),
            settings=settings,
            stage=stage,
            timeout_minutes=limits.timeout_minutes,
            sample=version_file(SAMPLE, os.environ),
        )
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
        return 1
    print(f"passed: {rows} rows of sample data were scored in {stage}")
    return 0


def run(
    client: Any,
    s3: Any,
    *,
    settings: Settings,
    stage: str,
    timeout_minutes: int,
    sample: VersionFile,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Start a run on the sample, wait, and count the scores.

    Raises:
        DeployError: the run failed or took too long, or rows have no score.
    """
    bucket = names.data_bucket(settings, stage)
    allowed = row_counts(sample)
    s3.put_object(Bucket=bucket, Key=INPUT, Body=sample.text.encode())
    pipeline = f"{settings.project_name}-{settings.project_id}-{stage}-inference"
    where = f"s3://{bucket}/{INPUT.rpartition('/')[0]}/"
    # The last test has scored the same sample: this one does in any case.
    given = {"InputDataUri": where, "ScoreAgain": "yes"}
    execution = client.start_pipeline_execution(
        PipelineName=pipeline,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in given.items()],
    )["PipelineExecutionArn"]
    try:
        _wait(client, execution, timeout_minutes, sleep)
    except RunFailed as error:
        raise DeployError(f"{error}; it has scored {sample.origin}: {sample.advice}") from None
    key = f"output/{execution.rpartition('/')[2]}/scores/sample.csv.out"
    scores = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    count = len([line for line in scores.splitlines() if line.strip()])
    if count not in allowed:
        raise DeployError(f"{key} holds {count} scores for {max(allowed)} rows of {sample.origin}")
    return count


def row_counts(sample: VersionFile) -> tuple[int, ...]:
    """How many scores a sample may get.

    The first line of what a version brings is a header. That of your own file may be one, which
    only the declaration in the build repository tells; the run itself has compared row by row.

    Raises:
        DeployError: the sample has no row.
    """
    lines = [row for row in csv.reader(sample.text.splitlines()) if any(map(str.strip, row))]
    allowed = [len(lines) - 1, *([len(lines)] if sample.own else [])]
    found = tuple(count for count in allowed if count > 0)
    if not found:
        raise DeployError(f"{sample.origin} has no row: {sample.advice}")
    return found


class RunFailed(DeployError):
    """A run has ended, and not well."""


def _wait(client: Any, execution: str, minutes: int, sleep: Callable[[float], None]) -> None:
    for _ in range(minutes * 60 // POLL_SECONDS):
        status = client.describe_pipeline_execution(PipelineExecutionArn=execution)
        state = status["PipelineExecutionStatus"]
        if state == "Succeeded":
            return
        if state in ("Failed", "Stopped"):
            reason = status.get("FailureReason", "no reason is given")
            told = "".join(f"\n  {words}" for words in _failed_steps(client, execution))
            raise RunFailed(f"the run {execution} is {state}: {reason}{told}")
        sleep(POLL_SECONDS)
    raise DeployError(f"the run {execution} has not ended after {minutes} minutes")


def _failed_steps(client: Any, execution: str) -> Iterator[str]:
    steps = client.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    for step in steps["PipelineExecutionSteps"]:
        if step["StepStatus"] == "Failed":
            yield f"{step['StepName']}: {step.get('FailureReason', 'no reason is given')}"


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise DeployError(f"these environment variables are not set: {', '.join(missing)}")
    return {name: environment[name] for name in NEEDED}


def _session(environment: Mapping[str, str]) -> boto3.Session:
    """Credentials of the stage's test role, which this build may take."""
    region = environment["AWS_REGION"]
    taken = boto3.client("sts", region_name=region).assume_role(
        RoleArn=environment["TEST_ROLE_ARN"], RoleSessionName="integration-test"
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
        region_name=region,
    )


if __name__ == "__main__":
    sys.exit(main())
