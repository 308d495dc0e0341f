"""A job whose program is not there or may not be executed: its step fails, and says which."""

from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts, seed
from pipeline_runs import pipeline_steps

pytestmark = pytest.mark.app

CODE = "/opt/ml/processing/input/code"
IMAGE = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/jobs:1"


def processed(accounts: Accounts, name: str, entrypoint: str) -> dict[str, Any]:
    """The step of a job with a file `seed.zip` that nobody may execute."""
    seed(accounts, f"programs-of-{name}", {"run.py": ""})
    actions = ["sagemaker:CreateProcessingJob", "iam:PassRole", "s3:*", "ecr:*", *OF_JOBS]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = accounts.role(name, "sagemaker.amazonaws.com", allowed)
    code = {"S3Uri": f"s3://programs-of-{name}/", "LocalPath": CODE, "S3DataType": "S3Prefix"}
    job = {
        "RoleArn": role,
        "AppSpecification": {"ImageUri": IMAGE, "ContainerEntrypoint": [entrypoint]},
        "ProcessingInputs": [{"InputName": "code", "S3Input": code}],
    }
    (step,) = pipeline_steps(
        accounts, name, role, {"Name": "Job", "Type": "Processing", "Arguments": job}
    )
    return step


@pytest.mark.parametrize(
    ("name", "program", "reason"),
    [
        ("forbidden", f"{CODE}/seed.zip", "Permission denied"),
        ("missing", f"{CODE}/gone", "No such file or directory"),
    ],
)
def test_a_job_without_a_program_fails_with_its_name(
    accounts: Accounts, name: str, program: str, reason: str
) -> None:
    step = processed(accounts, name, program)
    assert step["StepStatus"] == "Failed", step
    assert step["FailureReason"] == f"AlgorithmError: exec {program} failed: {reason}"
