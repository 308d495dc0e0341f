"""A governance account with a repository and a pipeline for each of three account sets."""

import contextlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from accounts_of_tests import Accounts
from command_lines import app_file, configured, environment_of
from pushed_pipelines import pushed_pipeline

from mlops_commons.config import load_config
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
from mlops_rehearsal.player.started import play_run, started_runs
from mlops_rehearsal.world.approvals import Approval
from mlops_rehearsal.world.git_configuration import git_configuration
from mlops_rehearsal.world.world import World

GIT = shutil.which("git") or "git"
REGION = "eu-west-1"
SETS = ("retail", "credit", "cards")
STAGES = ("dev", "preprod", "prod")
BROKEN = "broken: 'yes'"
FILE = "mlops-commons/mlops_commons/config/cdk-app.yml"
SPEC = {
    "version": 0.2,
    "phases": {"build": {"commands": [f'if grep -q "{BROKEN}" {FILE}; then exit 3; fi']}},
}
"""What the pipeline of a set checks: its configuration has no such tag."""
VERSION = {"Version": "2012-10-17"}
SERVICES = [f"{name}.amazonaws.com" for name in ("codebuild", "codepipeline", "events")]
MAY = (
    *("codebuild:*", "codecommit:*", "codepipeline:StartPipelineExecution"),
    *("s3:*", "kms:*", "logs:*"),
)
OTHERS = "bootstrap: {enabled: false, aws_profile: governance}"


def account_of(set_name: str, stage: str, digit: int) -> str:
    """The account of a stage; two tests of one emulator take different digits."""
    return f"{digit}{SETS.index(set_name)}{STAGES.index(stage)}".ljust(12, "0")


def dev_of(set_name: str, digit: int) -> str:
    """The dev account of a set."""
    return account_of(set_name, "dev", digit)


def cdk_app(governance: str, digit: int) -> str:
    """The configuration; others bootstrap all accounts."""
    lines = [
        "cdk_app_config:",
        "  app_prefix: mlops",
        f"  pipeline: {{account: '{governance}', region: {REGION}, {OTHERS}}}",
        "  deployments:",
    ]
    for number, name in enumerate(SETS, start=1):
        lines += [f"    - set_name: {name}", f"      tags: {{number: '{number}'}}", "      stages:"]
        lines += [
            f"        - {{stage_name: {stage}, account: '{account}', {OTHERS}}}"
            for stage in STAGES
            for account in [account_of(name, stage, digit)]
        ]
    return "\n".join(lines) + "\n"


class ThreeSets:
    """A laptop and the governance account, whose pipelines are played while a command runs."""

    def __init__(self, accounts: Accounts, folder: Path, digit: int = 6) -> None:
        self.accounts, self.folder = accounts, folder
        self.root = configured(folder, cdk_app(accounts.account, digit))
        self.aws_config = folder / "aws-config"
        keys = f"aws_access_key_id = {accounts.account}\naws_secret_access_key = test\n"
        self.aws_config.write_text(f"[profile governance]\n{keys}")
        (folder / "gitconfig").write_text(git_configuration([REGION]))
        self.pipelines = {name: f"mlops-infra-main-{name}" for name in SETS}
        root = {"aws_access_key_id": accounts.account, "aws_secret_access_key": "test"}
        self.world = World(
            config=load_config(CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG),
            emulator=accounts.emulator,
            checkout=folder,
            folder=folder,
            set_name="",
            approve=lambda name: Approval.APPROVED,
            say=lambda text: None,
            administrators={accounts.account: root},
        )
        for name in SETS:
            made = accounts.deploy(
                f"delivers-{name}", self._resources(name), Capabilities=["CAPABILITY_IAM"]
            )
            assert made == ("CREATE_COMPLETE", ""), made
            self._first_commit(name)
        self.play()

    def publish(self, *options: str) -> "subprocess.CompletedProcess[str]":
        """A rollout, or another `publish`, without questions."""
        words = ("infra", "publish", "--message", "why", "--yes", *options)
        return self.run(*words)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The command line on the laptop, while the pipelines that it starts are played."""
        command = [sys.executable, "-m", "mlops_commons.cli", *words]
        environment = {**environment_of(self.root), **self._environment()}
        with (self.folder / "out").open("w+") as out, (self.folder / "err").open("w+") as err:
            with subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=out, stderr=err
            ) as process:
                while process.poll() is None:
                    self.play()
                    time.sleep(0.2)
            for stream in (out, err):
                stream.seek(0)
            return subprocess.CompletedProcess(command, process.returncode, out.read(), err.read())

    def play(self) -> None:
        """Play every run that somebody has started."""
        for pipeline in self.pipelines.values():
            for run in started_runs(self.world, pipeline, self.accounts.account, REGION):
                with contextlib.suppress(PlatformError):
                    play_run(self.world, run)

    def tag(self, set_name: str, old: str, new: str) -> None:
        """Change the tags of a set in the configuration."""
        file = app_file(self.root)
        before, at, after = file.read_text().partition(f"set_name: {set_name}\n")
        file.write_text(before + at + after.replace(old, new, 1))

    def commits(self, set_name: str) -> int:
        """How many commits the repository of a set has."""
        place = self.accounts.emulator.repositories / self.accounts.account / REGION
        repository = place / f"{self._repository(set_name)}.git"
        done = subprocess.run(
            [GIT, "-C", repository, "rev-list", "--count", "main"],
            check=True,
            capture_output=True,
            text=True,
        )
        return int(done.stdout)

    def runs(self, set_name: str) -> list[str]:
        """How the runs of a set's pipeline stand, the newest first."""
        found = self.accounts.client("codepipeline").list_pipeline_executions(
            pipelineName=self.pipelines[set_name]
        )
        return [row["status"] for row in found["pipelineExecutionSummaries"]]

    def _repository(self, set_name: str) -> str:
        return f"mlops-infra_{set_name}"

    def _environment(self) -> dict[str, str]:
        return {
            **self.accounts.emulator.client_environment(),
            "AWS_CONFIG_FILE": str(self.aws_config),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "COLUMNS": "130",
        }

    def _first_commit(self, set_name: str) -> None:
        clone = str(self.folder / f"first-{set_name}")
        remote = f"codecommit::{REGION}://governance@{self._repository(set_name)}"
        for words in (
            ("clone", "--quiet", remote, clone),
            ("-C", clone, "commit", "--quiet", "--allow-empty", "--message=first"),
            ("-C", clone, "push", "--quiet", "origin", "HEAD:refs/heads/main"),
        ):
            environment = {**self._environment(), "PATH": "/usr/bin:/bin:/usr/local/bin"}
            subprocess.run([GIT, *words], env=environment, check=True, capture_output=True)

    def _resources(self, set_name: str) -> dict[str, Any]:
        name, repository = self.pipelines[set_name], self._repository(set_name)
        role = {"Fn::GetAtt": ["Role", "Arn"]}
        pipeline = f"arn:aws:codepipeline:{REGION}:{self.accounts.account}:{name}"
        made = pushed_pipeline(name, role, pipeline, {"Fn::GetAtt": ["Key", "Arn"]})
        made["Repository"]["Properties"]["RepositoryName"] = repository
        # The names of buckets are taken for every account of an emulator.
        bucket = f"artifacts-of-{name}-{self.accounts.account}"
        made["Pipeline"]["Properties"]["ArtifactStore"]["Location"] = bucket
        source, build = made["Pipeline"]["Properties"]["Stages"]
        source["Actions"][0]["Configuration"]["RepositoryName"] = repository
        kind = {"Category": "Build", "Owner": "AWS", "Provider": "CodeBuild", "Version": "1"}
        build["Name"], build["Actions"][0] = (
            "dev",
            {
                "Name": "Synth",
                "ActionTypeId": kind,
                "Configuration": {"ProjectName": name},
                "InputArtifacts": [{"Name": "Code"}],
            },
        )
        return {**made, **_surroundings(name, bucket, role, self.accounts.account)}


def _surroundings(name: str, bucket: str, role: Any, account: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": [*MAY], "Resource": "*"}
    owner = {"AWS": f"arn:aws:iam::{account}:root"}
    whole = {"Effect": "Allow", "Principal": owner, "Action": "kms:*", "Resource": "*"}
    policy = {"PolicyName": "p", "PolicyDocument": {**VERSION, "Statement": [allowed]}}
    properties = {
        "Role": {
            "AssumeRolePolicyDocument": {**VERSION, "Statement": [trust]},
            "Policies": [policy],
        },
        "Key": {"KeyPolicy": {**VERSION, "Statement": [whole]}},
        "Artifacts": {"BucketName": bucket},
        "Project": {
            "Name": name,
            "ServiceRole": role,
            "Artifacts": {"Type": "CODEPIPELINE"},
            "Source": {"Type": "CODEPIPELINE", "BuildSpec": json.dumps(SPEC)},
            "Environment": {
                "Type": "LINUX_CONTAINER",
                "ComputeType": "BUILD_GENERAL1_SMALL",
                "Image": "aws/codebuild/standard:8.0",
            },
        },
    }
    types = {
        "Role": "AWS::IAM::Role",
        "Key": "AWS::KMS::Key",
        "Artifacts": "AWS::S3::Bucket",
        "Project": "AWS::CodeBuild::Project",
    }
    return {i: {"Type": types[i], "Properties": p} for i, p in properties.items()}
