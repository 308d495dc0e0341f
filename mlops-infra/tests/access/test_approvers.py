"""Who approves deployments where approvers are configured, and whose approvals of code count."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import pytest
from persona_policies import ACCOUNT, REGION, here, rendered
from policy_evaluation import Request, allows

from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.stage import Approvers, Projects, ProtectedBranches, Studio
from mlops_infra.core_stage import CoreStage

pytestmark = pytest.mark.construct

PERMISSION_SET = (
    "arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Appr_*"
)
ASSUMED = PERMISSION_SET.replace("*", "0123456789abcdef")


def synthesised(folder: Path, projects: Projects) -> dict[str, Any]:
    app = platform_app(outdir=str(folder))
    env = cdk.Environment(account=ACCOUNT, region=REGION)
    CoreStage(app, "dev", env=env, studio=Studio(), projects=projects)
    app.synth()
    (file,) = folder.rglob("*.template.json")
    found: dict[str, Any] = rendered(json.loads(file.read_text())["Resources"])
    return found


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    approvers = Approvers(role_arns=(PERMISSION_SET,), require_mfa=True)
    return synthesised(tmp_path_factory.mktemp("configured"), Projects(approvers=approvers))


def role(resources: dict[str, Any], beginning: str) -> dict[str, Any]:
    (found,) = (
        r["Properties"]
        for name, r in resources.items()
        if r["Type"] == "AWS::IAM::Role" and name.startswith(beginning)
    )
    return dict(found)


def statements(resources: dict[str, Any], beginning: str) -> Iterator[dict[str, Any]]:
    for name in role(resources, beginning)["ManagedPolicyArns"]:
        yield from resources[name]["Properties"]["PolicyDocument"]["Statement"]


@pytest.mark.parametrize(
    ("principal", "mfa", "enters"),
    [
        (ASSUMED, "true", True),
        (ASSUMED, "false", False),
        (ASSUMED, None, False),
        ("arn:aws:iam::222222222222:role/Developer", "true", False),
        (f"arn:aws:iam::{ACCOUNT}:role/PersonasLeadDataScientistRole", "true", False),
    ],
)
def test_only_the_configured_roles_enter_and_only_with_mfa(
    configured: dict[str, Any], principal: str, mfa: str | None, enters: bool
) -> None:
    (trust,) = role(configured, "ApproversRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    asked = {**{k: v for k, v in trust.items() if k != "Principal"}, "Resource": "*"}
    context = {"aws:PrincipalArn": principal}
    if mfa:
        context["aws:MultiFactorAuthPresent"] = mfa
    assert allows([asked], Request("sts:AssumeRole", "*", context)) is enters


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("PutApprovalResult", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod", True),
        ("PutApprovalResult", "sagemaker-churn-p-1-deploy/Deploy-preprod/Approve-preprod", True),
        ("PutApprovalResult", "mlops-infra-main-business-unit-1/prod/approve-prod", False),
        ("GetPipelineState", "sagemaker-churn-p-1-deploy", True),
        ("UpdatePipeline", "sagemaker-churn-p-1-deploy", False),
        ("StartPipelineExecution", "sagemaker-churn-p-1-deploy", False),
    ],
)
def test_an_approver_approves_deployments_of_projects_and_changes_nothing(
    configured: dict[str, Any], action: str, resource: str, allowed: bool
) -> None:
    request = Request(f"codepipeline:{action}", here("codepipeline", resource))
    assert allows(statements(configured, "ApproversRole"), request) is allowed


@pytest.mark.parametrize("action", ["GitPush", "PutFile", "CreateCommit", "CreatePullRequest"])
def test_who_approves_code_does_not_write_it(configured: dict[str, Any], action: str) -> None:
    request = Request(f"codecommit:{action}", here("codecommit", "sagemaker-churn-p-1-deploy"))
    assert not allows(statements(configured, "ApproversRole"), request)


BUILT: Final = "mlops-cdk-default-gate-check-euw1"


def pool(resources: dict[str, Any], ending: str = "-review") -> list[str]:
    (rules,) = (r for r in resources.values() if r["Type"] == "Custom::ApprovalRuleTemplates")
    named = rules["Properties"]["Rules"]
    (content,) = (json.loads(named[name]) for name in named if name.endswith(ending))
    assert content["DestinationReferences"] == ["refs/heads/main"]
    (statement,) = content["Statements"]
    assert statement["NumberOfApprovalsNeeded"] == 1
    return sorted(str(arn).split("/")[1] for arn in statement["ApprovalPoolMembers"])


def test_approvals_of_the_lead_and_of_approvers_count_and_nobody_elses(
    configured: dict[str, Any], tmp_path: Path
) -> None:
    approver, lead = pool(configured)
    assert approver.startswith("ApproversRole")
    assert lead.startswith("PersonasLeadDataScientistRole")
    assert pool(synthesised(tmp_path, Projects())) == [lead]


def test_a_build_is_waited_for_by_a_rule_of_its_own_and_counts_in_no_other(
    configured: dict[str, Any], tmp_path: Path
) -> None:
    assert pool(configured, BUILT) == [BUILT]
    assert BUILT not in pool(configured)
    (rules,) = (r for r in configured.values() if r["Type"] == "Custom::ApprovalRuleTemplates")
    assert len(rules["Properties"]["Rules"]) == 2
    alone = Projects(protected_branches=ProtectedBranches(wait_for_build=False))
    found = synthesised(tmp_path, alone).values()
    (rules,) = (r for r in found if r["Type"] == "Custom::ApprovalRuleTemplates")
    assert [name.rpartition("-")[2] for name in rules["Properties"]["Rules"]] == ["review"]


def test_without_protected_branches_there_is_no_rule(tmp_path: Path) -> None:
    nowhere = Projects(protected_branches=ProtectedBranches(deploy=False))
    found = synthesised(tmp_path, nowhere).values()
    assert not [r for r in found if r["Type"] == "Custom::ApprovalRuleTemplates"]
