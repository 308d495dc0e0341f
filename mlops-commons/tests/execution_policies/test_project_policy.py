"""What CloudFormation may do for projects, and what the configuration adds to it."""

import pytest
from policy_evaluation import matches

from mlops_commons.execution_policies.project_policy import project_policy
from mlops_commons.iam.statements import Statement

pytestmark = pytest.mark.pure

DEV = "222222222222"
BOUNDARY = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/boundary"
WORDS = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "444444444444"}
HERE = "arn:aws:%s:eu-west-1:444444444444:%s"


def statements(*deploys: str) -> tuple[Statement, ...]:
    return project_policy("prod", DEV, boundary_arn=BOUNDARY, deploys=deploys).statements


def may(rows: tuple[Statement, ...], action: str, resource: str) -> bool:
    """Whether a statement names the action on the resource; its conditions are asked elsewhere."""
    return any(
        action in row.actions and any(matches(_here(arn), resource, {}) for arn in row.resources)
        for row in rows
    )


def _here(arn: str) -> str:
    for word, value in WORDS.items():
        arn = arn.replace(f"${{{word}}}", value)
    return arn


@pytest.mark.parametrize(
    ("kind", "action", "own", "other"),
    [
        (
            "AWS::Lambda::Function",
            "lambda:CreateFunction",
            HERE % ("lambda", "function:churn-p-1-deploy-prod-Ask-1a2b"),
            HERE % ("lambda", "function:prod-mlops-infra-StudioProjects-1a2b"),
        ),
        (
            "AWS::DynamoDB::Table",
            "dynamodb:CreateTable",
            HERE % ("dynamodb", "table/churn-p-1-deploy-prod-Table-1a2b"),
            HERE % ("dynamodb", "table/payroll"),
        ),
        (
            "AWS::SQS::Queue",
            "sqs:CreateQueue",
            HERE % ("sqs", "churn-p-1-deploy-prod-Orders-1a2b"),
            HERE % ("sqs", "payroll"),
        ),
    ],
)
def test_a_further_type_is_made_by_names_of_projects_and_only_where_it_is_configured(
    kind: str, action: str, own: str, other: str
) -> None:
    assert may(statements(kind), action, own)
    assert not may(statements(kind), action, other)
    assert not may(statements(), action, own)


def test_a_function_runs_as_a_role_of_its_project_and_as_no_other() -> None:
    passed = [row for row in statements("AWS::Lambda::Function") if "iam:PassRole" in row.actions]
    to_lambda = [row for row in passed if "lambda.amazonaws.com" in str(row.condition)]
    (row,) = to_lambda
    assert [_here(arn) for arn in row.resources] == [
        "arn:aws:iam::444444444444:role/sagemaker-p-*-prod-service"
    ]


def test_what_no_name_tells_apart_is_given_for_the_type_itself_alone() -> None:
    """A REST API's ARN says nothing of its stack; a table's other services are not its own."""
    api = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5"
    assert may(statements("AWS::ApiGateway::RestApi"), "apigateway:DELETE", api)
    assert not may(statements("AWS::SQS::Queue"), "apigateway:DELETE", api)
    stream = HERE % ("kinesis", "stream/orders")
    assert not may(statements("AWS::DynamoDB::Table"), "kinesis:PutRecords", stream)


def test_models_are_made_of_versions_that_the_sets_dev_account_has_registered() -> None:
    version = f"arn:aws:sagemaker:eu-west-1:{DEV}:model-package/churn-p-1/3"
    assert may(statements(), "sagemaker:CreateModel", version)
    assert not may(statements(), "sagemaker:CreateModel", version.replace(DEV, "666666666666"))


def test_the_assets_of_the_platform_are_not_read() -> None:
    file = "arn:aws:s3:::cdk-hnb659fds-assets-444444444444-eu-west-1/0.json"
    assert not may(statements("AWS::Lambda::Function"), "s3:GetObject", file)
