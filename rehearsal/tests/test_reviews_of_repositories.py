"""`publish` where changes are reviewed: real git, the roles of the stack, the function's code."""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError
from command_lines import app_file, command_line
from laptops import Laptop

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk import repository_reviews
from mlops_commons.cdk.reviews import RUNTIME_DIRECTORY
from mlops_commons.iam.statements import arns, policy_document
from mlops_rehearsal.world.git_configuration import git_configuration

pytestmark = pytest.mark.app
GIT = shutil.which("git") or "git"
NAME = "mlops-infra_business-unit-1"
ROLE, TEMPLATE = "mlops-infra-business-unit-1", "mlops-infra-business-unit-1-review"
MAIN = "refs/heads/main"
AUTHOR, REVIEWER = "Platform", "Board"
OF_A_PERSON = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]


class Reviewed:
    """A governance account whose repository has roles for authors and reviewers, and the rule."""

    def __init__(self, folder: Path, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
        self.accounts = accounts
        own = {"Type": "AWS::CodeCommit::Repository", "Properties": {"RepositoryName": NAME}}
        assert accounts.deploy("governed", {"Repository": own}) == ("CREATE_COMPLETE", "")
        resources = arns("codecommit", NAME)
        self._role("author", AUTHOR, repository_reviews._propose(resources, MAIN))
        self._role("reviewer", REVIEWER, repository_reviews._approve(resources))
        self.people = {
            who: accounts.role(who, "ec2.amazonaws.com", *OF_A_PERSON)
            for who in (AUTHOR, REVIEWER, "Stranger")
        }
        self.laptop = Laptop(folder, accounts)
        file = app_file(self.laptop.root)
        text, region = file.read_text(), "    region: eu-west-1\n"
        people = f"authors: ['{self.people[AUTHOR]}'], reviewers: ['{self.people[REVIEWER]}']"
        file.write_text(text.replace(region, f"{region}    reviews: {{{people}}}\n", 1))
        self.git = folder / "gitconfig"
        self.git.write_text(git_configuration(["eu-west-1"]))
        self._first_commit(folder)
        self._rule(monkeypatch)

    def _role(self, who: str, person: str, statements: Any) -> None:
        values = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": ACCOUNT}
        scope = Scope(values=values, attribute=lambda *_: "")
        policy = evaluate(policy_document(statements), scope)
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{person}"}},
        }
        iam, document = self.accounts.client("iam"), {"Version": "2012-10-17", "Statement": [trust]}
        iam.create_role(RoleName=f"{ROLE}-{who}", AssumeRolePolicyDocument=json.dumps(document))
        iam.put_role_policy(
            RoleName=f"{ROLE}-{who}", PolicyName="p", PolicyDocument=json.dumps(policy)
        )

    def _first_commit(self, folder: Path) -> None:
        """As the administrator of governance: CloudFormation fills the repository."""
        self.as_person("", aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
        clone = folder / "first"
        remote = f"codecommit::eu-west-1://mlops-governance@{NAME}"
        for words in (
            ("clone", "--quiet", remote, str(clone)),
            ("-C", str(clone), "commit", "--quiet", "--allow-empty", "--message=first"),
            ("-C", str(clone), "push", "--quiet", "origin", f"HEAD:{MAIN}"),
        ):
            subprocess.run([GIT, *words], env=self.environment(), check=True, capture_output=True)

    def _rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the custom resource does when the stack is made."""
        pool = [f"arn:aws:sts::{ACCOUNT}:assumed-role/{ROLE}-reviewer/*"]
        counted = {"Type": "Approvers", "NumberOfApprovalsNeeded": 1, "ApprovalPoolMembers": pool}
        rule = {"Version": "2018-11-08", "Statements": [counted]}
        monkeypatch.setenv("RULES", json.dumps({TEMPLATE: rule}))
        monkeypatch.setenv("REPOSITORIES", NAME)
        content = json.dumps({**rule, "DestinationReferences": [MAIN]})
        wanted = {"Rules": {TEMPLATE: content}}
        event = {"RequestType": "Create", "ResourceProperties": wanted}
        index().make_templates(event, self.accounts.client("codecommit"))

    def as_person(self, who: str, **credentials: str) -> None:
        """Sign the laptop in."""
        if who:
            found = self.accounts.emulator.service_credentials(
                self.people[who], "ec2.amazonaws.com", "person"
            )
            credentials = dict(found)
        self.laptop.sign_in(**credentials)

    def environment(self) -> dict[str, str]:
        return {
            **self.accounts.emulator.client_environment(),
            "AWS_CONFIG_FILE": str(self.laptop.configuration),
            "GIT_CONFIG_GLOBAL": str(self.git),
            "PATH": "/usr/bin:/bin:/usr/local/bin",
        }

    def publish(self, who: str) -> "subprocess.CompletedProcess[str]":
        self.as_person(who)
        words = ("infra", "publish", "--message", "why", "--yes")
        return command_line(self.laptop.root, *words, environment=self.environment())

    def codecommit(self, who: str, role: str) -> Any:
        """A client with a role that a person has entered."""
        person = self.accounts.emulator.service_credentials(
            self.people[who], "ec2.amazonaws.com", "person"
        )
        taken = self.accounts.client("sts", person).assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}-{role}", RoleSessionName=who
        )["Credentials"]
        own = {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }
        return self.accounts.client("codecommit", own)

    def main(self) -> str:
        found = self.accounts.client("codecommit").get_branch(
            repositoryName=NAME, branchName="main"
        )
        return str(found["branch"]["commitId"])


def index() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reviews", RUNTIME_DIRECTORY / "index.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal(call: Any, **arguments: str) -> str:
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def proposed(said: str) -> str:
    """The number of a pull request."""
    found = re.search(r"as pull request (\d+)\.", said)
    assert found, said
    return found[1]


def test_publish_proposes_and_main_changes_when_a_reviewer_has_approved(
    accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed = Reviewed(tmp_path, accounts, monkeypatch)
    before = reviewed.main()
    stranger = reviewed.publish("Stranger")
    assert stranger.returncode == 1
    assert "pipeline.reviews.authors" in stranger.stderr
    assert "Traceback" not in stranger.stderr

    done = reviewed.publish(AUTHOR)
    assert done.returncode == 0, done.stderr
    again = reviewed.publish(AUTHOR)
    number = proposed(done.stdout)
    assert number == proposed(again.stdout)
    assert reviewed.main() == before

    author, reviewer = (
        reviewed.codecommit(AUTHOR, "author"),
        reviewed.codecommit(REVIEWER, "reviewer"),
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        reviewed.codecommit(AUTHOR, "reviewer")
    merge = {"pullRequestId": number, "repositoryName": NAME}
    assert refusal(author.merge_pull_request_by_fast_forward, **merge) == (
        "PullRequestApprovalRulesNotSatisfiedException"
    )
    revision = author.get_pull_request(pullRequestId=number)["pullRequest"]["revisionId"]
    approval = {"pullRequestId": number, "revisionId": revision, "approvalState": "APPROVE"}
    denied = "AccessDeniedException"
    assert refusal(author.update_pull_request_approval_state, **approval) == denied
    assert refusal(reviewer.update_pull_request_approval_state, **approval) == ""
    assert refusal(reviewer.merge_pull_request_by_fast_forward, **merge) == denied
    assert refusal(author.merge_pull_request_by_fast_forward, **merge) == ""
    assert reviewed.main() != before
    assert "nothing published" in reviewed.publish(AUTHOR).stdout
