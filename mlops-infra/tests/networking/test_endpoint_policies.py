"""What holds for the policy of every endpoint; test_what_leaves.py asks what they let pass."""

import pytest

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.iam.evaluation import Request, allows
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, VpcEndpoint

pytestmark = pytest.mark.construct

WITH_POLICY = [row for row in VPC_ENDPOINTS if row.policy]
FOREIGN = "999999999999"
SCOPE = Scope(
    values={
        "AWS::AccountId": "111111111111",
        "AWS::Region": "eu-west-1",
        "AWS::Partition": "aws",
    }
)
STRANGER = {
    "aws:PrincipalAccount": FOREIGN,
    "aws:PrincipalArn": f"arn:aws:iam::{FOREIGN}:role/sagemaker-p-abc-test",
    "aws:PrincipalIsAWSService": "false",
    "aws:ResourceAccount": FOREIGN,
}
CARRIERS = {
    "codeartifact": "PublishPackageVersion",
    "ecr": "PutImage",
    "logs": "PutLogEvents",
    "s3": "PutObject",
}


@pytest.fixture(scope="module")
def policies(variant) -> dict[str, list[dict]]:
    """The statements of every endpoint that has some, by the beginning of its logical id."""
    endpoints = variant("every endpoint").resources("AWS::EC2::VPCEndpoint")
    assert len(endpoints) == len(VPC_ENDPOINTS)
    return {
        logical_id.removeprefix("NetworkVpc")[:-8]: evaluate(
            endpoint["PolicyDocument"]["Statement"], SCOPE
        )
        for logical_id, endpoint in endpoints.items()
        if "PolicyDocument" in endpoint
    }


def test_every_row_with_a_policy_has_one_and_no_other(policies) -> None:
    assert set(policies) == {row.construct_id for row in WITH_POLICY}


@pytest.mark.parametrize("row", WITH_POLICY, ids=lambda row: row.key)
def test_credentials_of_another_account_do_not_pass_to_its_resources(
    policies, row: VpcEndpoint
) -> None:
    statements = [
        {key: value for key, value in statement.items() if key != "Principal"}
        for statement in policies[row.construct_id]
    ]
    action = f"{row.policy}:{CARRIERS.get(row.policy, 'Anything')}"
    assert not allows(statements, Request(action, f"arn:aws:{row.policy}:::theirs", STRANGER))


@pytest.mark.parametrize("row", WITH_POLICY, ids=lambda row: row.key)
def test_a_statement_limits_who_sends_or_which_resource(policies, row: VpcEndpoint) -> None:
    for statement in policies[row.construct_id]:
        condition = statement.get("Condition", {}).get("StringEquals", {})
        owned = "aws:ResourceAccount" in condition or statement["Resource"] != "*"
        token = statement["Action"] == "sts:GetServiceBearerToken"
        assert owned or token
        anyone = "Condition" not in statement
        assert not (anyone and statement["Resource"] == "*")
