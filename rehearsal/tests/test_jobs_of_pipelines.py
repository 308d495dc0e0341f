"""A job says what became of it, as SageMaker's API and CloudWatch Logs show it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import OF_JOBS, Accounts
from botocore.exceptions import ClientError
from pipeline_runs import pipeline_steps

pytestmark = pytest.mark.app

BUCKET = "jobs-of-pipelines"
GROUP = "/aws/sagemaker/ProcessingJobs"
PROGRAM = """
import os, pathlib, sys
print("looks at the data")
place = pathlib.Path(os.environ["ML_ROOT"]) / "output"
place.mkdir()
(place / "message").write_text("row 3: age is 'old'")
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize("code", [0, 1])
def test_a_job_is_described_with_its_own_words_and_has_a_log(accounts: Accounts, code: int) -> None:
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    statement = {
        "Effect": "Allow",
        "Action": ["sagemaker:CreateProcessingJob", *OF_JOBS],
        "Resource": "*",
    }
    role = accounts.role(f"processing-{code}", "sagemaker.amazonaws.com", statement)
    arguments: dict[str, Any] = {
        "AppSpecification": {
            "ImageUri": "image",
            "ContainerEntrypoint": ["python3", "-c", PROGRAM],
            "ContainerArguments": [str(code)],
        },
        "ProcessingResources": {
            "ClusterConfig": {
                **{"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
            }
        },
        "RoleArn": role,
    }
    step = {"Name": "Look", "Type": "Processing", "Arguments": arguments}
    (found,) = pipeline_steps(accounts, f"looks-{code}", role, step)
    assert found["StepStatus"] == ("Failed" if code else "Succeeded"), found
    name = found["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    described = accounts.client("sagemaker").describe_processing_job(ProcessingJobName=name)
    # An ARN has the name in small letters.
    name = described["ProcessingJobName"]
    assert name.endswith("-Look")
    assert described["ProcessingJobStatus"] == ("Failed" if code else "Completed")
    assert described["ExitMessage"] == "row 3: age is 'old'"
    assert ("FailureReason" in described) == bool(code)
    logs = accounts.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=name + "/")[
        "logStreams"
    ]
    events = logs.get_log_events(logGroupName=GROUP, logStreamName=stream["logStreamName"])
    assert [event["message"] for event in events["events"]] == ["looks at the data"]


def test_a_job_that_is_not_there_is_not_described(accounts: Accounts) -> None:
    with pytest.raises(ClientError, match="Requested resource not found"):
        accounts.client("sagemaker").describe_training_job(TrainingJobName="never-started")
