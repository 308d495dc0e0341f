"""Who becomes the deploy role of a stage, and what it can do there."""

from collections.abc import Mapping

import pytest
from policy_evaluation import Request, allows
from project_roles import DEV, PROD, here, named, resources, role, statements_of
from service_authorization import lacking

pytestmark = pytest.mark.construct

STACK = here("cloudformation", "stack/churn-p-1-deploy-prod/1")
MAKING = role("mlops-bu-prod-project-cfn-euw1")
WITH_THE_ROLE = {"cloudformation:RoleArn": MAKING}
ARTIFACT = f"arn:aws:s3:::mlops-p-1-pipeline-{DEV}/churn/Verified/1"


@pytest.mark.parametrize(
    ("caller", "may"),
    [
        (role("sagemaker-p-1-deploy-pipeline", DEV), True),
        (role("sagemaker-p-1-build-pipeline", DEV), False),
        (role("sagemaker-p-1-dev-execution", DEV), False),
        (role("dev-mlops-infra-PersonasDataScientistRole-1", DEV), False),
        (role("admin", DEV), False),
        (role("path/sagemaker-p-1-deploy-pipeline-x", DEV), False),
        (role("sagemaker-p-1-deploy-pipeline", PROD), False),
        (role("sagemaker-p-1-deploy-pipeline", "999999999999"), False),
    ],
)
def test_deploy_pipelines_of_the_sets_dev_account_become_it_and_nobody_else(
    caller: str, may: bool
) -> None:
    (statement,) = named("deploy")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{DEV}:root"}
    asked = {key: value for key, value in statement.items() if key != "Principal"}
    request = Request("sts:AssumeRole", "*", {"aws:PrincipalArn": caller})
    assert allows([{**asked, "Resource": "*"}], request) == may


def test_only_cloudformation_becomes_the_role_that_makes_things() -> None:
    (statement,) = named("cfn")["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudformation.amazonaws.com"}


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("cloudformation:CreateChangeSet", STACK, WITH_THE_ROLE),
        ("cloudformation:ExecuteChangeSet", STACK, {}),
        ("iam:PassRole", MAKING, {"iam:PassedToService": "cloudformation.amazonaws.com"}),
        ("s3:GetObject", ARTIFACT, {"aws:ResourceAccount": DEV}),
    ],
)
def test_it_changes_stacks_of_projects_with_one_role(
    action: str, resource: str, context: Mapping[str, str]
) -> None:
    assert allows(statements_of("deploy"), Request(action, resource, context))


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("cloudformation:CreateChangeSet", STACK, {}),
        (
            "cloudformation:CreateChangeSet",
            STACK,
            {"cloudformation:RoleArn": role("cdk-hnb659fds-cfn-exec-role-444444444444-eu-west-1")},
        ),
        (
            "cloudformation:CreateChangeSet",
            STACK,
            {**WITH_THE_ROLE, "cloudformation:ImportResourceTypes": ("AWS::IAM::Role",)},
        ),
        (
            "cloudformation:CreateChangeSet",
            here("cloudformation", "stack/prod-mlops-infra/1"),
            WITH_THE_ROLE,
        ),
        ("cloudformation:CreateStack", STACK, WITH_THE_ROLE),
        ("cloudformation:UpdateStack", STACK, WITH_THE_ROLE),
        ("cloudformation:DeleteStack", STACK, WITH_THE_ROLE),
        ("iam:PassRole", MAKING, {"iam:PassedToService": "lambda.amazonaws.com"}),
        ("iam:PassRole", role("admin"), {"iam:PassedToService": "cloudformation.amazonaws.com"}),
        ("s3:PutObject", ARTIFACT, {"aws:ResourceAccount": DEV}),
        ("s3:GetObject", ARTIFACT, {"aws:ResourceAccount": "999999999999"}),
        ("sts:AssumeRole", role("sagemaker-p-1-prod-test"), {}),
    ],
)
def test_it_does_nothing_else(action: str, resource: str, context: Mapping[str, str]) -> None:
    assert not allows(statements_of("deploy"), Request(action, resource, context))


@pytest.mark.parametrize("purpose", ["cfn", "deploy"])
def test_every_action_has_those_that_it_depends_on(purpose: str) -> None:
    assert lacking(statements_of(purpose)) == []


def test_a_stage_without_a_dev_account_has_no_such_roles() -> None:
    found = [r["Properties"].get("RoleName", "") for r in resources(dev_account="").values()]
    assert not [name for name in found if "project" in name]
