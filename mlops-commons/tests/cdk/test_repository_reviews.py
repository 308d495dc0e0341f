"""Who can change a repository of governance whose changes are reviewed, judged as IAM judges it."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import aws_cdk as cdk
import pytest
from policy_evaluation import Request, allows

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.codecommit_stack import CodeCommitStack
from mlops_commons.cdk.delivered_app import DeliveredApp
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.iam.evaluation import listed
from mlops_commons.organization import PLAIN_ROLES, RoleNames
from mlops_commons.stage import Reviews
from mlops_commons.utilities.snapshot import Snapshot

pytestmark = pytest.mark.construct
ACCOUNT, REGION, NAME = "111111111111", "eu-west-1", "mlops-infra_bu1"
REPOSITORY = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:{NAME}"
OTHER = f"arn:aws:codecommit:{REGION}:{ACCOUNT}:mlops-infra_bu2"
MAIN = {"codecommit:References": "refs/heads/main"}
TOPIC = {"codecommit:References": "refs/heads/publish/1"}
REVIEWED = {"aws:ResourceTag/mlops:reviewed": "true"}
AUTHOR, REVIEWER = (f"arn:aws:iam::{ACCOUNT}:role/{who}" for who in ("Platform", "Board"))
PUSHES = (
    *("GitPush", "PutFile", "DeleteFile", "CreateCommit", "CreateBranch", "DeleteBranch"),
    *(f"MergeBranchesBy{how}" for how in ("FastForward", "Squash", "ThreeWay")),
)
AROUND = (
    *("OverridePullRequestApprovalRules", "DeletePullRequestApprovalRule", "TagResource"),
    *("UpdatePullRequestApprovalRuleContent", "UpdateApprovalRuleTemplateContent"),
    *("DisassociateApprovalRuleTemplateFromRepository", "DeleteApprovalRuleTemplate"),
    *("UpdateDefaultBranch", "DeleteRepository", "MergePullRequestBySquash"),
    "MergePullRequestByThreeWay",
)


def stack(folder: Path, reviewing: Reviews, roles: RoleNames = PLAIN_ROLES) -> dict[str, Any]:
    app = platform_app(outdir=str(folder / "cdk.out"))
    infra = DeliveredApp(name="infra", title="MLOps infra", directory="mlops-infra", content="code")
    (folder / "README.md").write_text("code\n")
    CodeCommitStack(
        app,
        "repository",
        env=cdk.Environment(account=ACCOUNT, region=REGION),
        delivered_app=infra,
        set_name="bu1",
        repository_name=NAME,
        branch_name="main",
        content=Snapshot({PurePosixPath("README.md"): folder / "README.md"}),
        app_prefix="mlops",
        reviewing=reviewing,
        roles=roles,
    )
    app.synth()  # fails on any open finding
    text = (folder / "cdk.out" / "repository.template.json").read_text()
    values = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
    scope = Scope(values=values, attribute=lambda *_: "")
    found: dict[str, Any] = evaluate(json.loads(text)["Resources"], scope)
    return found


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    reviewing = Reviews(authors=(AUTHOR,), reviewers=(REVIEWER,), require_mfa=True)
    return stack(tmp_path_factory.mktemp("reviewed"), reviewing)


def statements(resources: dict[str, Any], who: str) -> list[dict[str, Any]]:
    description = f"{who} of changes of {NAME}"
    (policy,) = (
        row["Properties"]
        for row in of_type(resources, "AWS::IAM::ManagedPolicy")
        if row["Properties"]["Description"] == description
    )
    return list(policy["PolicyDocument"]["Statement"])


def of_type(resources: dict[str, Any], wanted: str) -> Iterator[dict[str, Any]]:
    yield from (row for row in resources.values() if row["Type"] == wanted)


def may(policy: list[dict[str, Any]], action: str, where: str = REPOSITORY, **given: str) -> bool:
    return allows(policy, Request(f"codecommit:{action}", where, given))


def test_an_author_pushes_branches_and_merges_what_the_rule_lets_through(
    resources: dict[str, Any],
) -> None:
    policy = statements(resources, "Author")
    assert may(policy, "GitPush", **TOPIC)
    assert may(policy, "GitPush"), "git asks first without a reference"
    assert may(policy, "CreatePullRequest")
    assert may(policy, "MergePullRequestByFastForward", **MAIN, **REVIEWED)
    assert not may(policy, "MergePullRequestByFastForward", **MAIN), "there is no rule yet"
    assert not may(policy, "GitPush", OTHER, **TOPIC), "another set's"


@pytest.mark.parametrize("mistake", [False, True], ids=["as it is", "with *:* by mistake"])
@pytest.mark.parametrize("action", PUSHES)
def test_no_author_changes_main_without_a_merge(
    resources: dict[str, Any], action: str, mistake: bool
) -> None:
    everything = [{"Effect": "Allow", "Action": "*", "Resource": "*"}] * mistake
    policy = [*statements(resources, "Author"), *everything]
    assert not may(policy, action, **MAIN, **REVIEWED)


@pytest.mark.parametrize("who", ["Author", "Reviewer"])
@pytest.mark.parametrize("action", AROUND)
def test_nobody_gets_around_the_rule(resources: dict[str, Any], who: str, action: str) -> None:
    assert not may(statements(resources, who), action, **MAIN, **REVIEWED)


def test_a_reviewer_approves_and_an_author_does_not(resources: dict[str, Any]) -> None:
    approve = "UpdatePullRequestApprovalState"
    assert may(statements(resources, "Reviewer"), approve)
    assert not may(statements(resources, "Author"), approve)
    for action in (*PUSHES, "CreatePullRequest", "MergePullRequestByFastForward"):
        assert not may(statements(resources, "Reviewer"), action, **TOPIC, **REVIEWED)


def test_each_role_lets_in_who_is_configured_with_mfa_and_nobody_else(
    resources: dict[str, Any],
) -> None:
    trusted = {
        row["Properties"]["RoleName"]: row["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        for row in of_type(resources, "AWS::IAM::Role")
        if "RoleName" in row["Properties"]
    }
    assert list(trusted) == ["mlops-infra-bu1-author", "mlops-infra-bu1-reviewer"]
    for (statement,), who in zip(trusted.values(), (AUTHOR, REVIEWER), strict=True):
        assert statement["Condition"] == {
            "ArnLike": {"aws:PrincipalArn": [who]},
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
        }


def test_the_rule_counts_the_reviewers_role_alone_on_pull_requests_to_main(
    resources: dict[str, Any],
) -> None:
    (given,) = of_type(resources, "Custom::ApprovalRuleTemplates")
    (content,) = map(json.loads, given["Properties"]["Rules"].values())
    (statement,) = content["Statements"]
    pool = f"arn:aws:sts::{ACCOUNT}:assumed-role/mlops-infra-bu1-reviewer/*"
    assert listed(statement["ApprovalPoolMembers"]) == [pool]
    assert content["DestinationReferences"] == ["refs/heads/main"]
    assert given["Properties"]["Repositories"] == [NAME]


def test_the_rule_knows_a_role_with_the_prefix_of_the_organization(tmp_path: Path) -> None:
    """Sessions show the name of a role and never its path."""
    reviewing = Reviews(authors=(AUTHOR,), reviewers=(REVIEWER,))
    named = stack(tmp_path, reviewing, RoleNames(path="/platform/", name_prefix="acme-"))
    (given,) = of_type(named, "Custom::ApprovalRuleTemplates")
    pool = f"arn:aws:sts::{ACCOUNT}:assumed-role/acme-mlops-infra-bu1-reviewer/*"
    assert pool in json.dumps(given["Properties"]["Rules"])
    made = [row["Properties"].get("RoleName") for row in of_type(named, "AWS::IAM::Role")]
    assert "acme-mlops-infra-bu1-reviewer" in made


def test_without_reviewers_nothing_is_added(tmp_path: Path) -> None:
    types = {row["Type"] for row in stack(tmp_path, Reviews()).values()}
    assert types == {"AWS::KMS::Key", "AWS::CodeCommit::Repository"}
