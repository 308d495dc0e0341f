"""A pipeline with a build, played again: all is run again but tests with the same content."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from pushed_pipelines import pushed_pipeline

from mlops_commons.config import load_config
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_rehearsal.player.run import play_pipeline
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.world import World

pytestmark = pytest.mark.app

NAME, REGION = "with-a-build", "eu-west-1"
GIT = shutil.which("git") or "git"
SERVICES = [f"{name}.amazonaws.com" for name in ("codebuild", "codepipeline", "events")]
VERSION = {"Version": "2012-10-17"}
ACTIONS = ("codebuild:*", "codecommit:*", "s3:*", "kms:*", "logs:*")
SPEC = {
    "version": 0.2,
    "phases": {"build": {"commands": ["python -m pytest --version", "echo built >> $RAN"]}},
}


def resources(ran: Path) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": [*ACTIONS], "Resource": "*"}
    role = {
        "AssumeRolePolicyDocument": {**VERSION, "Statement": [trust]},
        "Policies": [{"PolicyName": "p", "PolicyDocument": {**VERSION, "Statement": [allowed]}}],
    }
    owner = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    whole = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    arn = {"Fn::GetAtt": ["Role", "Arn"]}
    build = {
        "Name": NAME,
        "ServiceRole": arn,
        "Artifacts": {"Type": "CODEPIPELINE"},
        "Source": {"Type": "CODEPIPELINE", "BuildSpec": json.dumps(SPEC)},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "ComputeType": "BUILD_GENERAL1_SMALL",
            "Image": "aws/codebuild/standard:8.0",
            "EnvironmentVariables": [{"Name": "RAN", "Value": str(ran)}],
        },
    }
    pipeline = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:{NAME}"
    made = pushed_pipeline(NAME, arn, pipeline, {"Fn::GetAtt": ["Key", "Arn"]})
    stages = made["Pipeline"]["Properties"]["Stages"]
    action = {
        "Name": "Tests",
        "ActionTypeId": {
            "Category": "Build",
            "Owner": "AWS",
            "Provider": "CodeBuild",
            "Version": "1",
        },
        "Configuration": {"ProjectName": NAME},
        "InputArtifacts": [{"Name": "Code"}],
    }
    stages[1] = {"Name": "Build", "Actions": [action]}
    key = {"KeyPolicy": {**VERSION, "Statement": [whole]}}
    bucket = {"BucketName": f"artifacts-of-{NAME}"}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Key": {"Type": "AWS::KMS::Key", "Properties": key},
        "Artifacts": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        "Project": {"Type": "AWS::CodeBuild::Project", "Properties": build},
        **made,
    }


def push(repository: Path, clone: Path, content: str) -> None:
    """Push a commit to `main` with this content of its only file."""

    def git(*arguments: str) -> None:
        names = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        subprocess.run([GIT, "-C", clone, *names, *arguments], check=True, capture_output=True)

    if not clone.exists():
        clone.mkdir()
        git("init", "--quiet", "--initial-branch=main")
    (clone / "module.py").write_text(content)
    git("add", "--all")
    git("commit", "--quiet", "--allow-empty", "--message=m")
    git("push", "--quiet", str(repository), "main")


def test_tests_are_run_once_for_each_content_and_the_evidence_says_so(
    accounts: Accounts, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    capabilities = ["CAPABILITY_IAM"]
    made = accounts.deploy(NAME, resources(ran), Capabilities=capabilities)
    assert made == ("CREATE_COMPLETE", "")
    root = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
    world = World(
        config=load_config(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG),
        emulator=accounts.emulator,
        checkout=tmp_path,
        folder=tmp_path,
        set_name="",
        approve=lambda name: Approval.APPROVED,
        say=lambda text: None,
        administrators={ACCOUNT: root},
    )
    repository = accounts.emulator.repositories / ACCOUNT / REGION / f"{NAME}.git"
    results = []
    for content in ("x = 1\n", "x = 1\n", "x = 2\n"):
        push(repository, tmp_path / "clone", content)
        _, (_, build) = play_pipeline(world, NAME, ACCOUNT, REGION)
        results.append(build.result.partition("; ")[2])
    assert results == ["", f"the tests have passed with the same content in {NAME}-Build-Tests", ""]
    assert ran.read_text() == "built\n" * 3
    assert [action.result.count("passed") for action in world.actions[1::2]] == [0, 1, 0]
