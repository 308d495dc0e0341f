"""What somebody can do who writes the worst request he can, with a persona's role.

Each question is asked of the role as it is, and of the role after somebody has added a policy to it
that allows everything.
"""

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from persona_policies import ACCOUNT, SCOPE, here, may, profile, role_arn

from mlops_commons.stage import ProtectedBranches
from mlops_infra.access.personas import PERSONAS
from mlops_infra.access.policies import USE_CODE

pytestmark = pytest.mark.construct

KEYS = [persona.key for persona in PERSONAS]
WHO_PUSH = [persona.key for persona in PERSONAS if USE_CODE in persona.policies]
BOTH = pytest.mark.parametrize("mistake", [False, True], ids=["as written", "with *:* besides"])
LEAD = "lead_data_scientist"
DEPLOY, BUILD = (here("codecommit", f"sagemaker-churn-p-1-{kind}") for kind in ("deploy", "build"))
MAIN, TOPIC = "refs/heads/main", "refs/heads/topic"
REVIEWED = {"aws:ResourceTag/mlops:reviewed": "true"}


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:DetachRolePolicy", role_arn("data_scientist")),
        ("iam:PutRolePolicy", role_arn("data_scientist")),
        ("iam:DeleteRolePermissionsBoundary", role_arn("data_scientist")),
        ("iam:UpdateAssumeRolePolicy", role_arn("lead_data_scientist")),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/DenyDetours"),
        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/me"),
        ("codebuild:StartBuild", here("codebuild", "project/sagemaker-churn-p-1-train")),
        ("codepipeline:UpdatePipeline", here("codepipeline", "sagemaker-churn-p-1-deploy")),
        ("codepipeline:StartPipelineExecution", here("codepipeline", "sagemaker-churn-p-1-deploy")),
        ("cloudformation:UpdateStack", here("cloudformation", "stack/dev-mlops-infra/1")),
        ("cloudformation:ExecuteChangeSet", here("cloudformation", "stack/churn-p-1-deploy-dev/1")),
        ("lambda:UpdateFunctionCode", here("lambda", "function:mlops-gate")),
        ("lambda:InvokeFunction", here("lambda", "function:mlops-gate")),
        ("ssm:PutParameter", here("ssm", "parameter/mlops/role/lead")),
        ("ssm:StartSession", here("ec2", "instance/i-1")),
        ("events:PutRule", here("events", "rule/any")),
        ("events:PutTargets", here("events", "rule/any")),
        ("sts:AssumeRole", "arn:aws:iam::444444444444:role/cdk-hnb659fds-deploy-role"),
        ("sagemaker:UpdateUserProfile", profile("ana")),
        ("sagemaker:UpdateDomain", here("sagemaker", "domain/d-1")),
        ("ecr:PutImage", here("ecr", "repository/sagemaker-p-1")),
        ("ecr:BatchDeleteImage", here("ecr", "repository/sagemaker-p-1")),
        ("s3:PutBucketPolicy", f"arn:aws:s3:::mlops-p-1-artifacts-{ACCOUNT}"),
        ("kms:PutKeyPolicy", here("kms", "key/1")),
        ("codecommit:CreateRepository", here("codecommit", "sagemaker-mine-p-1-deploy")),
    ],
)
def test_nobody_leaves_his_role_by_identities_or_by_code_of_others(
    key: str, action: str, resource: str, mistake: bool
) -> None:
    assert not may(key, action, resource, mistake=mistake)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:UpdateModelPackage", here("sagemaker", "model-package/churn/1")),
        ("sagemaker:CreateProject", here("sagemaker", "project/churn")),
        (
            "codepipeline:PutApprovalResult",
            here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod"),
        ),
    ],
)
def test_decisions_stay_with_the_lead(key: str, action: str, resource: str, mistake: bool) -> None:
    assert may(key, action, resource, mistake=mistake) is (key == LEAD)


@BOTH
@pytest.mark.parametrize("key", KEYS)
def test_where_approvers_are_configured_no_role_of_studio_approves_a_deployment(
    key: str, mistake: bool
) -> None:
    within = replace(SCOPE, lead_approves=False)
    approval = here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-prod/Approve-prod")
    assert not may(key, "codepipeline:PutApprovalResult", approval, within=within, mistake=mistake)


PUSHES = (
    *("GitPush", "PutFile", "DeleteFile", "CreateCommit", "DeleteBranch", "CreateBranch"),
    *("MergeBranchesByFastForward", "MergeBranchesBySquash", "MergeBranchesByThreeWay"),
)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("action", PUSHES)
def test_nobody_pushes_to_main_of_a_deploy_repository(key: str, action: str, mistake: bool) -> None:
    pushed = {"codecommit:References": MAIN, **REVIEWED}
    assert not may(key, f"codecommit:{action}", DEPLOY, pushed, mistake=mistake)


@pytest.mark.parametrize("key", WHO_PUSH)
def test_everybody_who_develops_pushes_to_a_branch_and_git_may_ask_first(key: str) -> None:
    for repository in (DEPLOY, BUILD):
        assert may(key, "codecommit:GitPush", repository, {"codecommit:References": TOPIC})
        assert may(key, "codecommit:GitPush", repository)


@pytest.mark.parametrize("key", WHO_PUSH)
def test_main_of_a_build_repository_is_protected_where_the_configuration_says_so(key: str) -> None:
    push: tuple[str, str, dict[str, Any]] = (
        *("codecommit:GitPush", BUILD),
        {"codecommit:References": MAIN},
    )
    assert may(key, *push)
    protected = replace(SCOPE, protected_branches=ProtectedBranches(build=True))
    assert not may(key, *push, within=protected)


@BOTH
@pytest.mark.parametrize("key", WHO_PUSH)
def test_a_repository_without_the_approval_rule_takes_no_merge(key: str, mistake: bool) -> None:
    """Between the repository and its rule lie seconds, in which nobody may merge."""
    merge, main = "codecommit:MergePullRequestByFastForward", {"codecommit:References": MAIN}
    assert may(key, merge, DEPLOY, {**main, **REVIEWED}, mistake=mistake)
    assert not may(key, merge, DEPLOY, main, mistake=mistake)


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("how", ["Squash", "ThreeWay"])
def test_no_merge_brings_content_that_nobody_has_approved(
    key: str, how: str, mistake: bool
) -> None:
    """These take content of the merger for files in conflict (botocore: conflictResolution)."""
    merged = {"codecommit:References": MAIN, **REVIEWED}
    assert not may(key, f"codecommit:MergePullRequestBy{how}", DEPLOY, merged, mistake=mistake)


def test_a_fast_forward_takes_no_content_of_the_merger() -> None:
    codecommit = botocore.session.get_session().get_service_model("codecommit")
    for how, writes in (("FastForward", False), ("Squash", True), ("ThreeWay", True)):
        taken = codecommit.operation_model(f"MergePullRequestBy{how}").input_shape.members
        assert ("conflictResolution" in taken) is writes


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "action",
    [
        *("OverridePullRequestApprovalRules", "UpdatePullRequestApprovalRuleContent"),
        *("DeletePullRequestApprovalRule", "DisassociateApprovalRuleTemplateFromRepository"),
        *("UpdateApprovalRuleTemplateContent", "DeleteApprovalRuleTemplate", "UpdateDefaultBranch"),
        *("TagResource", "UntagResource"),
    ],
)
def test_nobody_gets_around_the_approval_rule(key: str, action: str, mistake: bool) -> None:
    assert not may(key, f"codecommit:{action}", DEPLOY, mistake=mistake)


@pytest.mark.parametrize("key", KEYS)
def test_a_run_is_tried_again_with_its_own_commit_and_never_started_with_another(key: str) -> None:
    """StartPipelineExecution takes any commit and any version of a model."""
    retry = "codepipeline:RetryStageExecution"
    stage = here("codepipeline", "sagemaker-churn-p-1-deploy/Deploy-dev")
    assert may(key, retry, stage) is (key == "ml_engineer")


@BOTH
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        *(
            (action, f"pipeline/{name}")
            for action in ("UpdatePipeline", "DeletePipeline", "CreatePipeline")
            for name in ("churn-p-1a2b3c4d5e6f", "churn-p-1a2b3c4d5e6f-inference")
        ),
        ("CreateModelPackage", "model-package/churn-p-1a2b3c4d5e6f/4"),
        ("CreateModelPackage", "model-package-group/churn-p-1a2b3c4d5e6f"),
        ("CreateModelPackageGroup", "model-package-group/later-p-1a2b3c4d5e6f"),
    ],
)
def test_pipelines_and_versions_of_projects_come_from_their_builds_alone(
    key: str, action: str, resource: str, mistake: bool
) -> None:
    assert not may(key, f"sagemaker:{action}", here("sagemaker", resource), mistake=mistake)


@pytest.mark.parametrize("key", WHO_PUSH)
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("UpdatePipeline", "pipeline/my-own"),
        ("StartPipelineExecution", "pipeline/churn-p-1a2b3c4d5e6f"),
        ("CreateModelPackage", "model-package/my-own/1"),
    ],
)
def test_people_write_pipelines_and_versions_of_their_own_and_start_those_of_projects(
    key: str, action: str, resource: str
) -> None:
    assert may(key, f"sagemaker:{action}", here("sagemaker", resource))


def test_a_pipeline_keeps_its_role_where_an_update_names_none() -> None:
    """So `iam:PassRole` does not hold an update back."""
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    assert "RoleArn" not in sagemaker.operation_model("UpdatePipeline").input_shape.required_members
