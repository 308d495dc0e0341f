"""A push to an emulated repository: who may make it, what is told of it, and what it starts."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from pushed_pipelines import pushed_pipeline

from mlops_rehearsal.emulator.server import PLUGIN
from mlops_rehearsal.world.git_configuration import git_configuration

sys.path.append(str(PLUGIN))

from ministack_aws.delivery.reference_changes import NOTHING, state_changes

GIT = shutil.which("git") or "git"
OLD, NEW = "1" * 40, "2" * 40
ROOT = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test"}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (
            f"{OLD} {NEW} refs/heads/main",
            {"event": "referenceUpdated", "commitId": NEW, "oldCommitId": OLD},
        ),
        (f"{NOTHING} {NEW} refs/heads/main", {"event": "referenceCreated", "commitId": NEW}),
        (f"{OLD} {NOTHING} refs/heads/main", {"event": "referenceDeleted", "oldCommitId": OLD}),
    ],
)
def test_a_changed_branch_is_told_as_codecommit_documents_it(
    line: str, detail: dict[str, str]
) -> None:
    assert list(state_changes("mine", "id-1", [line])) == [
        {
            "repositoryName": "mine",
            "repositoryId": "id-1",
            "referenceType": "branch",
            "referenceName": "main",
            "referenceFullName": "refs/heads/main",
            **detail,
        }
    ]


@pytest.mark.pure
def test_a_tag_and_a_branch_of_a_folder_keep_their_names_and_notes_are_not_told() -> None:
    lines = [f"{OLD} {NEW} refs/{name}" for name in ("tags/v1", "heads/of/me", "notes/commits")]
    told = [(d["referenceType"], d["referenceName"]) for d in state_changes("mine", "i", lines)]
    assert told == [("tag", "v1"), ("branch", "of/me")]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("codecommit::eu-west-1://me@mine", "eu-west-1 %s me@mine"),
        ("codecommit::eu-west-1://mine", "eu-west-1 %s mine"),
        ("codecommit://me@mine", "- %s me@mine"),
        (
            "https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/mine",
            "eu-central-1 %s mine",
        ),
    ],
)
def test_every_url_of_codecommit_leads_to_the_program(tmp_path: Path, url: str, words: str) -> None:
    (tmp_path / "gitconfig").write_text(git_configuration(["eu-west-1", "eu-central-1"]))
    shown = git(tmp_path, {}, "ls-remote", "--get-url", url).stdout
    assert shown.startswith("ext::")
    assert shown.strip().endswith(f"git_remote.py {words}")


@pytest.mark.pure
def test_a_url_of_somebody_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text(git_configuration(["eu-west-1"]))
    url = "https://example.com/v1/repos/mine"
    assert git(tmp_path, {}, "ls-remote", "--get-url", url).stdout.strip() == url


def git(
    folder: Path, environment: Mapping[str, str], *arguments: str
) -> "subprocess.CompletedProcess[str]":
    own = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": str(folder / "gitconfig")}
    return subprocess.run(
        [GIT, *arguments],
        cwd=folder,
        env={**own, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Delivered:
    """A repository whose pushes start a pipeline of the same name, by a rule."""

    accounts: Accounts
    name: str
    folder: Path

    def push(self, branch: str, credentials: Mapping[str, str] = ROOT) -> str:
        """Push a commit to a branch, and answer with what git said if it was refused."""
        shell = {**self.accounts.emulator.client_environment(), **credentials}
        clone = str(self.folder / "clone")
        shutil.rmtree(clone, ignore_errors=True)
        url = f"codecommit::eu-west-1://{self.name}"
        for arguments in (
            ("clone", "--quiet", url, clone),
            ("-C", clone, "commit", "--quiet", "--allow-empty", "--message=m"),
            ("-C", clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}"),
        ):
            done = git(self.folder, shell, *arguments)
            if done.returncode:
                return f"{arguments[-3:]}: {done.stderr}"
        return ""

    def runs(self) -> list[str]:
        """What has started the runs of the pipeline."""
        codepipeline = self.accounts.client("codepipeline")
        found = codepipeline.list_pipeline_executions(pipelineName=self.name)
        return [row["trigger"]["triggerDetail"] for row in found["pipelineExecutionSummaries"]]


def delivered(accounts: Accounts, folder: Path, name: str, *may: str) -> Delivered:
    """Deploy it; the rule's role has the permissions `may` on the pipeline."""
    pipeline = f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:{name}"
    allowed = [{"Effect": "Allow", "Action": action, "Resource": pipeline} for action in may]
    role = accounts.role(f"starts-{name}", "events.amazonaws.com", *allowed)
    resources = pushed_pipeline(name, role, pipeline)
    assert accounts.deploy(f"delivers-{name}", resources) == ("CREATE_COMPLETE", "")
    (folder / "gitconfig").write_text(git_configuration(["eu-west-1"]))
    return Delivered(accounts, name, folder)


@pytest.mark.app
def test_a_push_to_the_branch_of_the_rule_starts_the_pipeline_and_no_other_push_does(
    accounts: Accounts, tmp_path: Path
) -> None:
    found = delivered(accounts, tmp_path, "followed", "codepipeline:StartPipelineExecution")
    assert found.push("an-experiment") == ""
    assert found.runs() == []
    assert found.push("main") == ""
    assert found.runs() == ["rule pushed-followed"]
    assert found.push("main") == ""
    assert len(found.runs()) == 2


@pytest.mark.app
def test_a_rule_whose_role_may_not_start_the_pipeline_starts_nothing_and_says_so(
    accounts: Accounts, tmp_path: Path
) -> None:
    found = delivered(accounts, tmp_path, "forbidden", "codepipeline:GetPipeline")
    assert found.push("main") == ""
    assert found.runs() == []
    log = accounts.emulator.log.read_text()
    assert "rule pushed-forbidden does not start" in log
    assert re.search(
        r"assumed-role/starts-forbidden/\S+ is not authorized to perform: codepipeline:Start", log
    )


@pytest.mark.app
def test_a_run_has_the_status_with_which_its_player_has_ended_it(
    accounts: Accounts, tmp_path: Path
) -> None:
    found = delivered(accounts, tmp_path, "played", "codepipeline:StartPipelineExecution")
    assert found.push("main") == ""
    codepipeline = accounts.client("codepipeline")
    (run,) = codepipeline.list_pipeline_executions(pipelineName="played")[
        "pipelineExecutionSummaries"
    ]
    assert run["status"] == "InProgress"
    accounts.emulator.end_run(
        ACCOUNT, "eu-west-1", "played", run["pipelineExecutionId"], "Succeeded"
    )
    (run,) = codepipeline.list_pipeline_executions(pipelineName="played")[
        "pipelineExecutionSummaries"
    ]
    assert run["status"] == "Succeeded"


def of_a_session(accounts: Accounts, name: str, *statements: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a role with some permissions."""
    role = accounts.role(name, "sagemaker.amazonaws.com", *statements)
    found = accounts.emulator.service_credentials(role, "sagemaker.amazonaws.com", "me")
    return {variable.upper(): value for variable, value in found.items()}


@pytest.mark.app
@pytest.mark.parametrize(
    ("name", "pushes_to", "lacks"),
    [
        ("reader", "", "codecommit:GitPush"),
        ("writer", "arn:aws:codecommit:*:*:another", "codecommit:GitPush"),
        ("author", "arn:aws:codecommit:*:*:author", ""),
    ],
)
def test_git_needs_the_permissions_of_codecommit_on_the_repository(
    accounts: Accounts, tmp_path: Path, name: str, pushes_to: str, lacks: str
) -> None:
    found = delivered(accounts, tmp_path, name, "codepipeline:StartPipelineExecution")
    pull = {"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}
    push = {"Effect": "Allow", "Action": "codecommit:GitPush", "Resource": pushes_to}
    credentials = of_a_session(accounts, f"is-{name}", pull, *([push] if pushes_to else ()))
    said = found.push("main", credentials)
    assert len(found.runs()) == (0 if lacks else 1)
    assert bool(said) is bool(lacks)
    if lacks:
        who = f"remote error: User: arn:aws:sts::{ACCOUNT}:assumed-role/is-{name}/me"
        assert f"{who} is not authorized to perform: {lacks}" in said


@pytest.mark.app
def test_who_may_not_pull_cannot_clone(accounts: Accounts, tmp_path: Path) -> None:
    found = delivered(accounts, tmp_path, "secret", "codepipeline:StartPipelineExecution")
    look = {"Effect": "Allow", "Action": "codecommit:GetRepository", "Resource": "*"}
    said = found.push("main", of_a_session(accounts, "is-outside", look))
    assert "is-outside/me is not authorized to perform: codecommit:GitPull" in said


@pytest.mark.app
def test_a_shell_that_does_not_know_the_emulator_is_told_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "gitconfig").write_text(git_configuration(["eu-west-1"]))
    done = git(tmp_path, ROOT, "ls-remote", "codecommit::eu-west-1://mine")
    assert done.returncode
    assert "AWS_ENDPOINT_URL, AWS_CA_BUNDLE of the rehearsal is not exported" in done.stderr
