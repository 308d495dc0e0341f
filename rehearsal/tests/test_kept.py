"""What `rehearse --keep` prints is enough to work by hand, and what a push starts is played."""

import json
import os
import secrets
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import boto3
import pytest
from accounts_of_tests import FETCHING
from pushed_pipelines import pushed_pipeline

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

WRAPPER = REPOSITORY_ROOT / "mlops-multi-account.sh"
PGREP = shutil.which("pgrep") or "pgrep"
GIT = shutil.which("git") or "git"
NAME = "by-hand"
SECONDS = 120.0
SERVICES = ("codebuild", "codepipeline", "events")
BUILD = json.dumps(
    {"version": "0.2", "phases": {"build": {"commands": ["test ! -f slow || sh ./slow"]}}}
)
FOREVER = str(secrets.randbelow(10**6) + 10**6)
"""Seconds, by which the process is known."""
ALLOWED = (
    *("codepipeline:StartPipelineExecution", "s3:PutObject", "kms:GenerateDataKey"),
    *("codebuild:StartBuild", "codebuild:BatchGetBuilds", "s3:GetObject", "kms:Decrypt"),
    *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    *FETCHING,
)


@dataclass(frozen=True)
class Kept:
    """A rehearsal that waits for Enter, and the variables that it has printed."""

    program: "subprocess.Popen[str]"
    environment: dict[str, str]

    def client(self, service: str) -> Any:
        return boto3.session.Session().client(service)

    def git(self, folder: Path, *arguments: str) -> str:
        return subprocess.run(
            [GIT, *arguments],
            cwd=folder,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        ["/bin/bash", str(WRAPPER), "rehearse", "--until", "accounts", "--keep"],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        # Without it a run that nobody plays would be waited for without end.
        late = threading.Timer(SECONDS, program.terminate)
        late.start()
        lines = read_until(("Enter ends them",), program.stdout)
        found = shell(line for line in lines if line.startswith("  "))
        for name, value in found.items():
            monkeypatch.setenv(name, value)
        yield Kept(program, found)
        late.cancel()
        program.terminate()


def read_until(texts: tuple[str, ...], output: IO[str] | None) -> list[str]:
    """The lines up to the one with one of the texts; all of them if there is none."""
    assert output
    lines = []
    for line in output:
        lines.append(line)
        if any(text in line for text in texts):
            break
    return lines


def shell(lines: Iterator[str]) -> dict[str, str]:
    """The variables of a new shell in which somebody has entered these lines."""
    done = subprocess.run(
        ["/bin/bash", "-ec", "".join([*lines, "env -0"])],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(row.split("=", 1) for row in done.stdout.split("\0") if "=" in row)


def sleeping() -> bool:
    command = [PGREP, "-f", f"^sleep {FOREVER}$"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def attribute(resource: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [resource, "Arn"]}


def resources() -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": [f"{name}.amazonaws.com" for name in SERVICES]},
        "Action": "sts:AssumeRole",
    }
    allowed = {"Effect": "Allow", "Action": list(ALLOWED), "Resource": "*"}
    version = {"Version": "2012-10-17"}
    role = {
        "AssumeRolePolicyDocument": {**version, "Statement": [trust]},
        "Policies": [
            {"PolicyName": "p", "PolicyDocument": {**version, "Statement": [allowed]}},
        ],
    }
    everybody = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    whole = {"Effect": "Allow", "Principal": everybody, "Action": "kms:*", "Resource": "*"}
    key = {"KeyPolicy": {**version, "Statement": [whole]}}
    bucket = {"BucketName": f"artifacts-of-{NAME}"}
    build = {
        "Name": NAME,
        "ServiceRole": attribute("Role"),
        "Artifacts": {"Type": "CODEPIPELINE"},
        "Source": {"Type": "CODEPIPELINE", "BuildSpec": BUILD},
        "EncryptionKey": attribute("Key"),
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_SMALL",
            "Image": "aws/codebuild/standard:7.0",
        },
    }
    arn = {"Fn::Sub": f"arn:aws:codepipeline:${{AWS::Region}}:${{AWS::AccountId}}:{NAME}"}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Key": {"Type": "AWS::KMS::Key", "Properties": key},
        "Artifacts": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        "Build": {"Type": "AWS::CodeBuild::Project", "Properties": build},
        **with_build(pushed_pipeline(NAME, attribute("Role"), arn, attribute("Key"))),
    }


def with_build(pushed: dict[str, Any]) -> dict[str, Any]:
    """The pipeline with a build at its end, which lasts when the push has a file `slow`."""
    kind = {"Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1"}
    action = {
        "Name": "Slow",
        "ActionTypeId": kind,
        "Configuration": {"ProjectName": NAME},
        "InputArtifacts": [{"Name": "Code"}],
    }
    pushed["Pipeline"]["Properties"]["Stages"].append({"Name": "Build", "Actions": [action]})
    return pushed


def test_a_push_by_hand_is_played_and_enter_ends_it_all_at_once(kept: Kept, tmp_path: Path) -> None:
    stacks = kept.client("cloudformation")
    stacks.create_stack(
        StackName=NAME,
        TemplateBody=json.dumps({"Resources": resources()}),
        Capabilities=["CAPABILITY_IAM"],
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=NAME, WaiterConfig={"Delay": 1})
    repository = kept.client("codecommit").get_repository(repositoryName=NAME)
    kept.git(tmp_path, "clone", "--quiet", repository["repositoryMetadata"]["cloneUrlHttp"], "mine")
    clone = tmp_path / "mine"
    (clone / "README.md").write_text("hello\n")
    kept.git(clone, "add", "README.md")
    kept.git(clone, "commit", "--quiet", "--message", "By hand")
    kept.git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    commit = kept.git(clone, "rev-parse", "HEAD")[:12]
    shown = "".join(read_until(("✓", "✗"), kept.program.stdout))
    assert f"{NAME} in " in shown
    assert f"started by rule pushed-{NAME}" in shown
    assert f"✓ {NAME}: commit {commit}, 3 actions" in shown
    (run,) = kept.client("codepipeline").list_pipeline_executions(pipelineName=NAME)[
        "pipelineExecutionSummaries"
    ]
    assert run["status"] == "Succeeded"
    (clone / "slow").write_text(f"exec sleep {FOREVER}\n")
    kept.git(clone, "add", "slow")
    kept.git(clone, "commit", "--quiet", "--message", "Slow")
    kept.git(clone, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    while not sleeping():
        assert kept.program.poll() is None
        time.sleep(0.2)
    output, _ = kept.program.communicate("\n", timeout=60)
    assert not sleeping()
    assert kept.program.returncode == 0
    assert "1 act played" in output
    assert list((tmp_path / "temporary").iterdir()) == []
