"""Main of a deploy repository: policies of personas, real git, the code of the function."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.reviews import RUNTIME_DIRECTORY
from mlops_commons.iam.statements import policy_document
from mlops_infra.access.code import use_code
from mlops_infra.access.scope import PolicyScope
from mlops_rehearsal.world.git_configuration import git_configuration

pytestmark = pytest.mark.app
NAME, TEMPLATE = "sagemaker-churn-p-1-deploy", "dev-mlops-infra-review"
GIT = shutil.which("git") or "git"
WITHIN = PolicyScope(
    app_prefix="mlops", namespace="", region="eu-west-1", subnet_ids=(), security_group_id="sg-0a"
)
AWS = {
    "Partition": "aws",
    "Region": "eu-west-1",
    "AccountId": ACCOUNT,
    "URLSuffix": "amazonaws.com",
}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The code of the function, with the environment that the stack gives it."""
    pool = [f"arn:aws:sts::{ACCOUNT}:assumed-role/reviews-lead/*"]
    statement = {"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": pool}
    rule = {"Version": "2018-11-08", "Statements": [statement]}
    monkeypatch.setenv("RULES", json.dumps({TEMPLATE: rule}))
    monkeypatch.setenv("REPOSITORIES", "sagemaker-*-deploy")
    spec = importlib.util.spec_from_file_location("reviews", RUNTIME_DIRECTORY / "index.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def policy_of_personas() -> list[dict[str, Any]]:
    scope = Scope(values={f"AWS::{k}": v for k, v in AWS.items()}, attribute=lambda *_: "")
    found: list[dict[str, Any]] = evaluate(policy_document(use_code(WITHIN)), scope)["Statement"]
    return found


@dataclass(frozen=True)
class Person:
    """A session of a persona's role."""

    accounts: Accounts
    folder: Path
    credentials: Mapping[str, str]

    @property
    def codecommit(self) -> Any:
        return self.accounts.client("codecommit", self.credentials)

    def push(self, branch: str) -> str:
        """Commit and push; what git said if it was refused."""
        shell = {
            **self.accounts.emulator.client_environment(),
            **{name.upper(): value for name, value in self.credentials.items()},
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        }
        clone = str(self.folder / "clone")
        shutil.rmtree(clone, ignore_errors=True)
        for words in (
            ("clone", "--quiet", f"codecommit::eu-west-1://{NAME}", clone),
            ("-C", clone, "commit", "--quiet", "--allow-empty", "--message=m"),
            ("-C", clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}"),
        ):
            done = subprocess.run(
                [GIT, *words], env=shell, capture_output=True, text=True, check=False
            )
            if done.returncode:
                return done.stderr
        return ""

    def asks(self, branch: str) -> str:
        """Open a pull request; its number."""
        target = {
            "repositoryName": NAME,
            "sourceReference": branch,
            "destinationReference": "main",
        }
        made = self.codecommit.create_pull_request(title="Change", targets=[target])
        return str(made["pullRequest"]["pullRequestId"])

    def approves(self, number: str) -> str:
        """The code of the refusal, or nothing."""
        codecommit = self.codecommit
        found = codecommit.get_pull_request(pullRequestId=number)["pullRequest"]
        return refusal(
            codecommit.update_pull_request_approval_state,
            pullRequestId=number,
            revisionId=found["revisionId"],
            approvalState="APPROVE",
        )

    def merges(self, number: str) -> str:
        """The code of the refusal, or nothing."""
        merge = self.codecommit.merge_pull_request_by_fast_forward
        return refusal(merge, pullRequestId=number, repositoryName=NAME)


def refusal(call: Any, **arguments: str) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_main_changes_by_what_the_lead_has_approved_and_by_nothing_else(
    accounts: Accounts, tmp_path: Path, index: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gitconfig").write_text(git_configuration(["eu-west-1"]))
    repository = {"Type": "AWS::CodeCommit::Repository", "Properties": {"RepositoryName": NAME}}
    assert accounts.deploy("reviewed", {"Repository": repository}) == ("CREATE_COMPLETE", "")
    root = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
    assert Person(accounts, tmp_path, root).push("main") == ""

    def person(persona: str, session: str) -> Person:
        sagemaker, role = "sagemaker.amazonaws.com", f"arn:aws:iam::{ACCOUNT}:role/{persona}"
        found = accounts.emulator.service_credentials(role, sagemaker, session)
        return Person(accounts, tmp_path, found)

    for persona in ("reviews-scientist", "reviews-lead"):
        accounts.role(persona, "sagemaker.amazonaws.com", *policy_of_personas())
    author, lead = person("reviews-scientist", "SageMaker"), person("reviews-lead", "SageMaker")
    assert "not authorized to perform: codecommit:GitPush on refs/heads/main" in author.push("main")
    assert "not authorized" in lead.push("main")
    assert author.push("topic") == ""
    early = author.asks("topic")
    assert author.merges(early) == "AccessDeniedException", "the repository has no rule yet"

    rule = json.loads(index.os.environ["RULES"])[TEMPLATE]
    content = json.dumps({**rule, "DestinationReferences": ["refs/heads/main"]})
    wanted = {"Rules": {TEMPLATE: content}}
    codecommit = accounts.client("codecommit")
    event = {"RequestType": "Create", "ResourceProperties": wanted}
    assert index.make_templates(event, codecommit) == {"PhysicalResourceId": TEMPLATE}
    not_satisfied = "PullRequestApprovalRulesNotSatisfiedException"
    assert author.merges(early) == not_satisfied, "opened before the rule was there"
    assert author.push("other") == ""
    number = author.asks("other")
    assert author.merges(number) == not_satisfied
    assert author.approves(number) == "PullRequestCannotBeApprovedByAuthorException"
    assert person("reviews-scientist", "a-job").approves(number) == ""
    assert author.merges(number) == not_satisfied, "only the pool counts"
    assert lead.approves(number) == ""
    assert author.merges(number) == ""
    newest = codecommit.get_branch(repositoryName=NAME, branchName="main")["branch"]["commitId"]
    assert (
        newest
        == codecommit.get_branch(repositoryName=NAME, branchName="other")["branch"]["commitId"]
    )

    renamed = {"Rules": {f"{TEMPLATE}s": content}}
    update = {"RequestType": "Update", "PhysicalResourceId": TEMPLATE}
    changed = {**update, "OldResourceProperties": wanted, "ResourceProperties": renamed}
    monkeypatch.setenv("RULES", json.dumps({f"{TEMPLATE}s": rule}))
    assert index.make_templates(changed, codecommit) == {"PhysicalResourceId": TEMPLATE}
    given = codecommit.list_associated_approval_rule_templates_for_repository(repositoryName=NAME)
    assert given["approvalRuleTemplateNames"] == [f"{TEMPLATE}s"]

    event = {**event, "ResourceProperties": renamed, "RequestType": "Delete"}
    assert index.make_templates(event, codecommit)
    assert author.merges(early) == "AccessDeniedException"
