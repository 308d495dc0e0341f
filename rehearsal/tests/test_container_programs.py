"""An image is built and pushed without a Docker engine, with ECR's own calls."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from pipeline_runs import pipeline_steps

pytestmark = pytest.mark.app

REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
IMAGE = f"{REGISTRY}/images-of-tests:1"
DOCKERFILE = """\
FROM python
COPY --chmod=0755 scripts/ /opt/program/
COPY \\
  server.py /opt/program/
RUN something
WORKDIR /opt/program
"""
TRAIN = """\
#!/usr/bin/env python3
import os, pathlib
found = os.environ["PACKAGES_OF_THE_IMAGE"]  # another Python of this machine has none
pathlib.Path(os.environ["ML_ROOT"], "model", "model.txt").write_text(found)
"""
BUCKET = "models-of-images"
Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(accounts: Accounts, tmp_path: Path) -> Program:
    """Runs `docker` or `aws` as the account's root, in a folder with a Dockerfile."""
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "train").write_text(TRAIN)
    (tmp_path / "server.py").write_text("")
    environment = {
        **os.environ,
        **accounts.emulator.client_environment(),
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-west-1",
        "TMPDIR": str(tmp_path),
    }

    def run(*arguments: str, answer: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "mlops_rehearsal.world.container_programs", *arguments],
            cwd=tmp_path,
            env=environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def push(accounts: Accounts, program: Program, image: str) -> None:
    """Build and push an image to a repository of its own, as a build does it."""
    repository = image.partition("/")[2].partition(":")[0]
    accounts.client("ecr").create_repository(repositoryName=repository)
    password = program("aws", "ecr", "get-login-password", "--region", "eu-west-1").stdout
    login = ("docker", "login", "--username", "AWS", "--password-stdin", REGISTRY)
    assert program(*login, answer=password).returncode == 0
    assert "2 files" in program("docker", "build", "--tag", image, ".").stdout
    pushed = program("docker", "push", image)
    assert pushed.returncode == 0, pushed.stderr


def test_a_secret_of_a_build_must_be_there(program: Program, tmp_path: Path) -> None:
    build = ("docker", "build", "--secret", "id=authorities,src=trusted.pem", "--tag", IMAGE, ".")
    refused = program(*build)
    assert refused.returncode == 1
    assert "failed to stat trusted.pem" in refused.stderr
    (tmp_path / "trusted.pem").touch()
    assert program(*build).returncode == 0


def test_an_image_is_pushed_under_its_tag(accounts: Accounts, program: Program) -> None:
    push(accounts, program, IMAGE)
    name = ("--repository-name", "images-of-tests")
    described = program("aws", "ecr", "describe-images", *name, "--image-ids", "imageTag=1")
    assert "sha256:" in described.stdout
    absent = program("aws", "ecr", "describe-images", *name, "--image-ids", "imageTag=2")
    assert absent.returncode == 1


def test_a_file_that_is_not_there_cannot_be_copied(program: Program, tmp_path: Path) -> None:
    (tmp_path / "server.py").unlink()
    done = program("docker", "build", "--tag", IMAGE, ".")
    assert done.returncode == 1
    assert '"/server.py": not found in the build context' in done.stderr


def test_nobody_pushes_without_a_login(program: Program) -> None:
    program("docker", "build", "--tag", IMAGE, ".")
    done = program("docker", "push", IMAGE)
    assert done.returncode == 1
    assert "no basic auth credentials" in done.stderr


def test_an_empty_password_is_no_login(program: Program) -> None:
    login = ("docker", "login", "--username", "AWS", "--password-stdin", REGISTRY)
    assert program(*login).returncode == 1


def test_what_is_not_offered_is_named(program: Program) -> None:
    done = program("docker", "run", IMAGE)
    assert done.returncode == 1
    assert "docker: 'run' is not offered in builds of a rehearsal" in done.stderr


PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@pytest.mark.parametrize(
    ("pull", "status", "reason"),
    [(PULL, "Succeeded", ""), (PULL[:1], "Failed", "ecr:GetDownloadUrlForLayer")],
)
def test_a_job_starts_the_program_train_of_the_image_with_the_python_of_the_image(
    accounts: Accounts,
    program: Program,
    tmp_path: Path,
    pull: tuple[str, ...],
    status: str,
    reason: str,
) -> None:
    image = f"{REGISTRY}/trained-{status.lower()}:1"
    push(accounts, program, image)
    python = tmp_path / "python-of-the-image"
    python.write_text(f'#!/bin/sh\nPACKAGES_OF_THE_IMAGE=yes exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    accounts.emulator.offer_sagemaker_python(python)
    accounts.client("s3").create_bucket(
        Bucket=f"{BUCKET}-{status.lower()}",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    actions = ["sagemaker:CreateTrainingJob", "s3:*", *OF_JOBS, *pull]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = accounts.role(f"training-{status}", "sagemaker.amazonaws.com", statement)
    digests = program("docker", "inspect", "--format", r'{{join .RepoDigests "\n"}}', image)
    for name in (image, digests.stdout.strip()):
        kind = "digest" if "@" in name else "tag"
        (step,) = trained(accounts, name, role, f"{status.lower()}-{kind}")
        assert step["StepStatus"] == status, step
        assert reason in step.get("FailureReason", "")


def test_a_program_that_is_not_executable_is_not_started(
    accounts: Accounts, program: Program, tmp_path: Path
) -> None:
    # As the first commit of a repository leaves the files: without modes.
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("--chmod=0755 ", ""))
    image = f"{REGISTRY}/not-executable:1"
    push(accounts, program, image)
    actions = ["sagemaker:CreateTrainingJob", "s3:*", *OF_JOBS, *PULL]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    role = accounts.role("training-not-executable", "sagemaker.amazonaws.com", statement)
    (step,) = trained(accounts, image, role, "nomode-tag")
    assert step["StepStatus"] == "Failed"
    assert 'exec: "train": permission denied' in step["FailureReason"]


def trained(accounts: Accounts, image: str, role: str, name: str) -> list[dict[str, Any]]:
    """The steps of a pipeline that has one training job with an image and no entry point."""
    arguments = {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}-{name.partition('-')[0]}/out"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
        "RoleArn": role,
    }
    step = {"Name": "Train", "Type": "Training", "Arguments": arguments}
    return pipeline_steps(accounts, f"trains-{name}", role, step)
