"""An image is built and pushed without a Docker engine, with ECR's own calls."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from accounts_of_tests import ACCOUNT, Accounts

pytestmark = pytest.mark.app

REGISTRY = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
IMAGE = f"{REGISTRY}/images-of-tests:1"
Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(accounts: Accounts, tmp_path: Path) -> Program:
    """Runs `docker` or `aws` as the account's root, in a folder with a Dockerfile."""
    (tmp_path / "Dockerfile").write_text(
        "FROM python\nCOPY scripts/ \\\n  server.py /opt/\nRUN x\n"
    )
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "train.py").write_text("")
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
            [sys.executable, "-m", "mlops_commons.rehearsal.container_programs", *arguments],
            cwd=tmp_path,
            env=environment,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_an_image_is_pushed_under_its_tag(accounts: Accounts, program: Program) -> None:
    accounts.client("ecr").create_repository(repositoryName="images-of-tests")
    password = program("aws", "ecr", "get-login-password", "--region", "eu-west-1").stdout
    login = ("docker", "login", "--username", "AWS", "--password-stdin", REGISTRY)
    assert program(*login, answer=password).returncode == 0
    assert "2 files" in program("docker", "build", "--tag", IMAGE, ".").stdout
    assert program("docker", "push", IMAGE).returncode == 0
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
