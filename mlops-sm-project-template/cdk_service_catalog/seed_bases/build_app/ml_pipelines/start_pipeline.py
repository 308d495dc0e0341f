"""`start-pipeline`: start the project's pipeline as it is, from Studio or a laptop.

It is what the build has last written: its scripts, data and gate are those of that commit. The role
of whoever calls this needs no more than to start and follow executions.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ml_pipelines.executions import PATIENT, wait
from ml_pipelines.run_pipeline import add_parameter, add_wait, follow, pair
from ml_pipelines.sources import REPOSITORY

REMOTE = r"sagemaker-(?P<project>.+-p-[a-z0-9]+)-build(\.git)?"
"""The name of a build repository at the end of its URL."""
NUMBERS = {"Integer": int, "Float": float}


def main() -> int:
    """Start an execution; with `--wait`, exit code 1 says which step failed and why."""
    given = _parser().parse_args()
    try:
        name = given.pipeline or of_this_repository()
        session = boto3.Session()
        client = session.client("sagemaker", config=PATIENT)
        parameters = checked(
            dict(pair(text) for text in given.parameter),
            client.describe_pipeline(PipelineName=name)["PipelineDefinition"],
        )
        execution = start(client, name, parameters)
        if not given.wait:
            print(follow(name))
            return 0
        return wait(client, session.client("logs", config=PATIENT), execution)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
    except (BotoCoreError, ClientError) as error:
        print(f"error: a call to AWS failed: {error}", file=sys.stderr)
    return 1


def checked(given: Mapping[str, str], definition: str) -> Mapping[str, str]:
    """Parameters that a pipeline has, and values of their types.

    Raises:
        ValueError: another name or type; the message names what is allowed.
    """
    known = {row["Name"]: row for row in json.loads(definition)["Parameters"]}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"the pipeline has no parameter '{name}'; it has {', '.join(known)}")
        number = NUMBERS.get(known[name]["Type"])
        try:
            _ = number(value) if number else None
        except ValueError:
            raise ValueError(f"{name} is '{value}', not {known[name]['Type']}") from None
    return given


def start(client: Any, name: str, parameters: Mapping[str, str]) -> str:
    """Start a pipeline; the ARN of the execution."""
    started = client.start_pipeline_execution(
        PipelineName=name,
        PipelineParameters=[{"Name": key, "Value": text} for key, text in parameters.items()],
    )
    execution: str = started["PipelineExecutionArn"]
    print(f"started {execution}", flush=True)
    return execution


def of_this_repository() -> str:
    """The pipeline has the project's name and id, as the repository that this is a clone of.

    Raises:
        ValueError: it is no such clone.
    """
    done = subprocess.run(
        ["git", "remote", "get-url", "origin"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.fullmatch(REMOTE, done.stdout.strip().rpartition("/")[2])
    if not found:
        raise ValueError(
            "this folder is no clone of a project's build repository; name its pipeline: "
            "--pipeline PROJECT-p-ID"
        )
    return found["project"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="start-pipeline", description=__doc__)
    parser.add_argument("--pipeline", default="", help="otherwise that of this clone")
    add_parameter(parser)
    add_wait(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
