"""The policies of endpoints, as they stand in a template with every endpoint."""

import json

import pytest

from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind, VpcEndpoint

pytestmark = pytest.mark.construct

OWN_ACCOUNT = {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
WITH_POLICY = [row for row in VPC_ENDPOINTS if row.policy]


@pytest.fixture(scope="module")
def policies(variant) -> dict[str, list[dict]]:
    """The statements of every endpoint that has some, by the beginning of its logical id."""
    endpoints = variant("every endpoint").resources("AWS::EC2::VPCEndpoint")
    assert len(endpoints) == len(VPC_ENDPOINTS)
    return {
        logical_id.removeprefix("NetworkVpc")[:-8]: endpoint["PolicyDocument"]["Statement"]
        for logical_id, endpoint in endpoints.items()
        if "PolicyDocument" in endpoint
    }


def test_every_row_with_a_policy_has_one_and_no_other(policies) -> None:
    assert set(policies) == {row.construct_id for row in WITH_POLICY}


@pytest.mark.parametrize("row", WITH_POLICY, ids=lambda row: row.key)
def test_a_policy_lets_only_principals_of_this_account_use_the_service(
    policies, row: VpcEndpoint
) -> None:
    own, *others = policies[row.construct_id]
    assert (own["Action"], own["Effect"]) == (f"{row.policy}:*", "Allow")
    assert own["Condition"] == OWN_ACCOUNT
    assert bool(others) == (row.kind is EndpointKind.GATEWAY)


def test_others_pass_to_amazon_s3_by_signed_urls_of_aws_and_to_read_its_buckets(policies) -> None:
    _, signed, buckets = policies["S3Endpoint"]
    assert signed["Condition"] == {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    assert buckets["Action"] == "s3:GetObject"
    assert "Condition" not in buckets
    named = [json.dumps(resource) for resource in buckets["Resource"]]
    assert len(named) == 4
    assert any("prod-" in name and "-starport-layer-bucket/*" in name for name in named)
    assert not any("*" in name.removesuffix('/*"]]}') for name in named)
