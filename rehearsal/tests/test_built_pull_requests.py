"""A pull request is built before it is merged: policies, git, and the code of the function."""

import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from accounts_of_tests import Accounts
from botocore.exceptions import ClientError
from launched_projects import DEV, PROJECT, PSEUDO, launched

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk import pull_requests
from mlops_commons.iam.statements import policy_document
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.code import use_code
from mlops_infra.access.scope import PolicyScope
from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.git_configuration import git_configuration

pytestmark = pytest.mark.app
NAME, OTHER = (f"sagemaker-{PROJECT}-{kind}" for kind in ("deploy", "build"))
BUILT, REVIEW = "mlops-bu-gate-check-euw1", "dev-mlops-infra-review"
WITHIN = PolicyScope(
    app_prefix="mlops", namespace="", region="eu-west-1", subnet_ids=(), security_group_id="sg-0a"
)
APPROVE = {"approvalState": "APPROVE"}


def rendered(*statements: Any) -> list[dict[str, Any]]:
    scope = Scope(values=PSEUDO, attribute=lambda *_: "")
    found: list[dict[str, Any]] = evaluate(policy_document(statements), scope)["Statement"]
    return found


def code(of: Any) -> ModuleType:
    """The code of a function of the platform."""
    spec = importlib.util.spec_from_file_location(
        of.RUNTIME_DIRECTORY.name, of.RUNTIME_DIRECTORY / "index.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rule(role: str) -> str:
    pool = [f"arn:aws:sts::{DEV}:assumed-role/{role}/*"]
    statement = {"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": pool}
    return json.dumps({"Version": "2018-11-08", "Statements": [statement]})


@dataclass(frozen=True)
class Dev:
    """The dev account with a repository of a project, its build, and who works there."""

    accounts: Accounts
    folder: Path
    index: ModuleType

    def session(self, role: str, service: str, name: str = "session") -> Mapping[str, str]:
        found: Mapping[str, str] = self.accounts.emulator.service_credentials(
            f"arn:aws:iam::{DEV}:role/{role}", f"{service}.amazonaws.com", name
        )
        return found

    def client(self, service: str, role: str, of: str) -> Any:
        return self.accounts.client(service, self.session(role, of))

    def git(self, credentials: Mapping[str, str], *words: str) -> str:
        shell = {
            **self.accounts.emulator.client_environment(),
            **{name.upper(): value for name, value in credentials.items()},
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "PATH": "/usr/bin:/bin",
        }
        return run_git(shell, *words)

    def push(self, credentials: Mapping[str, str], branch: str) -> None:
        clone = self.folder / "clone"
        if not clone.exists():
            self.git(credentials, "clone", "--quiet", f"codecommit::eu-west-1://{NAME}", str(clone))
        self.git(credentials, "-C", str(clone), "commit", "--quiet", "--allow-empty", "--message=m")
        where = f"HEAD:refs/heads/{branch}"
        self.git(credentials, "-C", str(clone), "push", "--quiet", "origin", where)

    @property
    def builder(self) -> tuple[Any, Any]:
        """CodeCommit and CodeBuild as the function sees them."""
        codecommit, codebuild = (
            self.client(service, BUILT, "lambda") for service in ("codecommit", "codebuild")
        )
        return codecommit, codebuild

    def started(self, number: str) -> str:
        return str(self.index.start(number, *self.builder)["build"])

    def ends(self, build: str, status: str) -> None:
        self.accounts.emulator.end_build(DEV, "eu-west-1", build, status)
        self.index.tell(build, *self.builder)

    def comments(self, number: str) -> list[str]:
        rows = self.accounts.client("codecommit").get_comments_for_pull_request(
            pullRequestId=number
        )["commentsForPullRequestData"]
        return [comment["content"] for row in rows for comment in row["comments"]]


@pytest.fixture(scope="module")
def dev(accounts: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Dev:
    folder = tmp_path_factory.mktemp("pull-requests")
    (folder / "gitconfig").write_text(git_configuration(["eu-west-1"]))
    own = Accounts(accounts.emulator, DEV)
    names = {f"Repository{i}": {"RepositoryName": n} for i, n in enumerate((NAME, OTHER))}
    resources: dict[str, Any] = {
        key: {"Type": "AWS::CodeCommit::Repository", "Properties": properties}
        for key, properties in names.items()
    }
    own.role("check", "codebuild.amazonaws.com", *launched("basic").statements("DeployCheck"))
    project = launched("basic").resources["DeployCheckProject"]["Properties"]
    location = f"https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/{NAME}"
    properties = {
        **{key: project[key] for key in ("Name", "Artifacts", "Environment", "TimeoutInMinutes")},
        "ServiceRole": f"arn:aws:iam::{DEV}:role/check",
        "Source": {**project["Source"], "Location": location},
    }
    resources["Check"] = {"Type": "AWS::CodeBuild::Project", "Properties": properties}
    assert own.deploy("checked", resources) == ("CREATE_COMPLETE", "")
    patterns = ["sagemaker-*-deploy", "sagemaker-*-build"]
    statements = pull_requests._statements(BUILT, patterns, "named by projects")
    own.role(BUILT, "lambda.amazonaws.com", *rendered(*statements))
    for persona in ("scientist", "lead"):
        own.role(persona, "sagemaker.amazonaws.com", *rendered(*use_code(WITHIN)))
    codecommit = own.client("codecommit")
    for name, role in ((BUILT, BUILT), (REVIEW, "lead")):
        codecommit.create_approval_rule_template(
            approvalRuleTemplateName=name, approvalRuleTemplateContent=rule(role)
        )
        codecommit.associate_approval_rule_template_with_repository(
            approvalRuleTemplateName=name, repositoryName=NAME
        )
    arn = f"arn:aws:codecommit:eu-west-1:{DEV}:{NAME}"
    codecommit.tag_resource(resourceArn=arn, tags={"mlops:reviewed": "true"})
    made = Dev(own, folder, code(pull_requests))
    made.push({"aws_access_key_id": DEV, "aws_secret_access_key": "test"}, "main")
    return made


def opened(dev: Dev, branch: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A pull request of a data scientist that the lead has approved; its number."""
    monkeypatch.setenv("RULE_NAME", BUILT)
    author = dev.session("scientist", "sagemaker")
    dev.push(author, branch)
    target = {"repositoryName": NAME, "sourceReference": branch, "destinationReference": "main"}
    made = dev.accounts.client("codecommit", author).create_pull_request(
        title="Change", targets=[target]
    )["pullRequest"]
    number = str(made["pullRequestId"])
    dev.client("codecommit", "lead", "sagemaker").update_pull_request_approval_state(
        pullRequestId=number, revisionId=made["revisionId"], **APPROVE
    )
    return number


def merged(dev: Dev, number: str) -> str:
    """The code of the refusal, or nothing."""
    codecommit = dev.client("codecommit", "scientist", "sagemaker")
    try:
        codecommit.merge_pull_request_by_fast_forward(pullRequestId=number, repositoryName=NAME)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


NOT_SATISFIED = "PullRequestApprovalRulesNotSatisfiedException"


def test_it_is_merged_after_its_build_and_not_before(
    dev: Dev, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(dev, "a-topic", monkeypatch)
    assert merged(dev, number) == NOT_SATISFIED, "the lead has approved, and nothing is built"
    build = dev.started(number)
    assert dev.started(number) == build, "events come twice"
    assert merged(dev, number) == NOT_SATISFIED, "the build still runs"
    dev.ends(build, "SUCCEEDED")
    dev.index.tell(build, *dev.builder)
    (said,) = dev.comments(number)
    assert "SUCCEEDED" in said
    assert "may have changed them" in said
    assert merged(dev, number) == ""


@pytest.mark.parametrize("status", ["FAILED", "FAULT", "STOPPED", "TIMED_OUT"])
def test_a_build_that_has_not_succeeded_is_told_and_approves_nothing(
    dev: Dev, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(dev, f"has-{status.lower()}", monkeypatch)
    dev.ends(dev.started(number), status)
    (said,) = dev.comments(number)
    assert status in said
    assert merged(dev, number) == NOT_SATISFIED


def test_what_is_pushed_after_the_build_has_started_needs_a_build_of_its_own(
    dev: Dev, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(dev, "exchanged", monkeypatch)
    build = dev.started(number)
    dev.push(dev.session("scientist", "sagemaker"), "exchanged")
    dev.ends(build, "SUCCEEDED")
    lead = dev.client("codecommit", "lead", "sagemaker")
    found = lead.get_pull_request(pullRequestId=number)["pullRequest"]
    lead.update_pull_request_approval_state(
        pullRequestId=number, revisionId=found["revisionId"], **APPROVE
    )
    assert merged(dev, number) == NOT_SATISFIED
    dev.ends(dev.started(number), "SUCCEEDED")
    assert merged(dev, number) == ""


def test_the_build_is_no_judge_of_its_own_pull_request(
    dev: Dev, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(dev, "hostile", monkeypatch)
    build = dev.started(number)
    own = dev.session("check", "codebuild")
    clone = str(dev.folder / "of-the-build")
    dev.git(own, "clone", "--quiet", f"codecommit::eu-west-1://{NAME}", clone)
    with pytest.raises(PlatformError, match="codecommit:GitPush"):
        dev.git(own, "-C", clone, "push", "--quiet", "origin", "HEAD:refs/heads/of-the-build")
    with pytest.raises(PlatformError, match="codecommit:GitPull"):
        dev.git(own, "clone", "--quiet", f"codecommit::eu-west-1://{OTHER}", f"{clone}-other")
    codecommit = dev.accounts.client("codecommit", own)
    codebuild = dev.accounts.client("codebuild", own)
    place = {"pullRequestId": number, "repositoryName": NAME}
    commits = {"beforeCommitId": "0" * 40, "afterCommitId": "0" * 40}
    variables = [{"name": "PULL_REQUEST", "value": number, "type": "PLAINTEXT"}]
    for call, arguments in (
        (codecommit.get_pull_request, {"pullRequestId": number}),
        (codecommit.post_comment_for_pull_request, {**place, **commits, "content": "SUCCEEDED"}),
        (
            codecommit.update_pull_request_approval_state,
            {"pullRequestId": number, "revisionId": "r", **APPROVE},
        ),
        (codecommit.merge_pull_request_by_fast_forward, place),
        (codebuild.stop_build, {"id": build}),
        (
            codebuild.start_build,
            {"projectName": f"{NAME}-check", "environmentVariablesOverride": variables},
        ),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            call(**arguments)
    assert merged(dev, number) == NOT_SATISFIED


@pytest.mark.parametrize("persona", ["scientist", "lead"])
def test_nobody_of_studio_starts_a_build_in_the_name_of_a_pull_request(
    dev: Dev, persona: str
) -> None:
    codebuild = dev.client("codebuild", persona, "sagemaker")
    with pytest.raises(ClientError, match="codebuild:StartBuild"):
        codebuild.start_build(projectName=f"{NAME}-check", buildspecOverride="phases: {}")


def test_a_repository_without_a_build_is_told_so_and_holds_nothing_up(
    dev: Dev, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = opened(dev, "unbuilt", monkeypatch)
    monkeypatch.setattr(dev.index, "SUFFIX", "-unknown-check")
    codecommit, codebuild = dev.builder
    administrator = dev.accounts.client("codebuild")
    assert dev.index.start(number, codecommit, administrator)["is"] == "not built"
    assert codebuild
    assert dev.comments(number) == ["Nothing builds pull requests here."]
    assert merged(dev, number) == ""
