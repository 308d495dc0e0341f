"""Types of the registry that no service plays: records, checked against their schemas."""

from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

from mlops_rehearsal.emulator.server import Emulator

pytestmark = pytest.mark.app


def connection(name: str, **properties: Any) -> dict[str, Any]:
    """A type that MiniStack lacks, and a parameter that holds one of its attributes."""
    key = {"ApiKeyName": "key", "ApiKeyValue": "value"}
    settings = {"AuthorizationType": "API_KEY", "AuthParameters": {"ApiKeyAuthParameters": key}}
    value = {"Fn::GetAtt": ["C", "Arn"]}
    parameter = {"Name": f"/{name}", "Type": "String", "Value": value}
    return {
        "C": {
            "Type": "AWS::Events::Connection",
            "Properties": {"Name": name, **settings, **properties},
        },
        "P": {"Type": "AWS::SSM::Parameter", "Properties": parameter},
    }


def test_any_type_of_the_registry_is_created_with_its_attributes(accounts: Accounts) -> None:
    assert accounts.deploy("any-type", connection("partner")) == ("CREATE_COMPLETE", "")
    found = accounts.client("ssm").get_parameter(Name="/partner")["Parameter"]["Value"]
    assert found == f"arn:aws:events:eu-west-1:{ACCOUNT}:connection/partner"
    resources = accounts.client("cloudformation").describe_stack_resources(StackName="any-type")
    ids = {row["LogicalResourceId"]: row for row in resources["StackResources"]}
    assert ids["C"]["PhysicalResourceId"] == "partner"


def test_its_properties_are_checked_against_its_schema(accounts: Accounts) -> None:
    status, reason = accounts.deploy("wrong-type", connection("wrong", Descripton="x"))
    assert status.startswith("ROLLBACK")
    assert "extraneous key ['Descripton']" in reason


def test_a_type_is_made_where_its_region_has_it_whatever_governance_s_has(tmp_path: Path) -> None:
    """eu-central-2 has neither App Runner nor inference components; a set may be elsewhere."""
    kept = {"A": {"Type": "AWS::AppRunner::ObservabilityConfiguration", "Properties": {}}}
    with Emulator("eu-central-2", tmp_path / "emulator") as emulator:
        elsewhere, here = (Accounts(emulator, region=r) for r in ("eu-west-1", "eu-central-2"))
        assert elsewhere.deploy("observed", kept) == ("CREATE_COMPLETE", "")
        status, reason = here.deploy("observed", kept)
    assert status.startswith("ROLLBACK")
    assert f"Unrecognized resource types: [{kept['A']['Type']}]" in reason


def test_its_role_needs_the_permissions_of_the_handlers(accounts: Accounts) -> None:
    role = accounts.role(
        "parameters-alone",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"},
    )
    status, reason = accounts.deploy("a-denied-type", connection("denied"), RoleARN=role)
    assert status.startswith("ROLLBACK")
    assert "is not authorized to perform: events:CreateConnection" in reason


def test_a_table_that_imports_nothing_needs_no_permission_to_read_objects(
    accounts: Accounts,
) -> None:
    role = accounts.role(
        "tables-alone",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": ["dynamodb:*", "kms:*"], "Resource": "*"},
    )
    key = {"AttributeName": "id", "KeyType": "HASH"}
    properties = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [key],
    }
    table = {"T": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}
    assert accounts.deploy("a-table", table, RoleARN=role) == ("CREATE_COMPLETE", "")


def test_a_type_that_the_registry_lacks_is_refused(accounts: Accounts) -> None:
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Events::Conection"):
        accounts.deploy("no-type", {"C": {"Type": "AWS::Events::Conection", "Properties": {}}})
