"""A change of a create-only property, seen through CloudFormation's own calls."""

from typing import Any

import pytest
from accounts_of_tests import Accounts

pytestmark = pytest.mark.app


def domain(**properties: str) -> dict[str, Any]:
    place = {"VpcId": "vpc-0123456789abcdef0", "SubnetIds": ["subnet-0123456789abcdef0"]}
    settings = {"DefaultUserSettings": {"ExecutionRole": "arn:aws:iam::111122223333:role/studio"}}
    return {
        "D": {
            "Type": "AWS::SageMaker::Domain",
            "Properties": {"AuthMode": "IAM", **place, **settings, **properties},
        }
    }


def flow_log(traffic: str) -> dict[str, Any]:
    properties = {
        "ResourceId": "vpc-0123456789abcdef0",
        "ResourceType": "VPC",
        "TrafficType": traffic,
        "LogDestinationType": "s3",
        "LogDestination": "arn:aws:s3:::flow-logs-of-tests",
    }
    return {"F": {"Type": "AWS::EC2::FlowLog", "Properties": properties}}


def test_a_named_domain_cannot_be_replaced(accounts: Accounts) -> None:
    accounts.deploy("a-named-domain", domain(DomainName="studio-of-a-team"))
    status, reason = accounts.update(
        "a-named-domain", domain(DomainName="studio-of-a-team", AuthMode="SSO")
    )
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert reason.endswith("with identifier 'studio-of-a-team' already exists.")


def test_a_named_domain_is_replaced_by_one_of_another_name(accounts: Accounts) -> None:
    accounts.deploy("a-renamed-domain", domain(DomainName="before"))
    assert accounts.update("a-renamed-domain", domain(DomainName="after")) == (
        "UPDATE_COMPLETE",
        "",
    )
    domains = accounts.client("sagemaker").list_domains()["Domains"]
    names = {found["DomainName"] for found in domains}
    assert ("before" in names, "after" in names) == (False, True)


def test_a_domain_changes_in_place_where_it_can(accounts: Accounts) -> None:
    accounts.deploy("a-changed-domain", domain(DomainName="changed"))
    before = physical_id(accounts, "a-changed-domain", "D")
    changed = domain(DomainName="changed", AppNetworkAccessType="VpcOnly")
    assert accounts.update("a-changed-domain", changed) == ("UPDATE_COMPLETE", "")
    assert physical_id(accounts, "a-changed-domain", "D") == before


def test_what_has_no_name_is_replaced(accounts: Accounts) -> None:
    accounts.deploy("a-flow-log", flow_log("ALL"))
    before = physical_id(accounts, "a-flow-log", "F")
    assert accounts.update("a-flow-log", flow_log("REJECT")) == ("UPDATE_COMPLETE", "")
    assert physical_id(accounts, "a-flow-log", "F") != before


def physical_id(accounts: Accounts, stack: str, name: str) -> str:
    found = accounts.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId=name
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])
