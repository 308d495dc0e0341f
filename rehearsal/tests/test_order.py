"""What only luck orders is made in the order in which it fails."""

from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts, seed

pytestmark = pytest.mark.app

MAY = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}}
# Named so that the alphabet, in which MiniStack orders, would be lucky.
NETWORK: dict[str, Any] = {
    "AGateway": {"Type": "AWS::EC2::InternetGateway", "Properties": {}},
    "Attachment": {
        "Type": "AWS::EC2::VPCGatewayAttachment",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "AGateway"}},
    },
    "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
    "Vpc": VPC,
    "ZRoute": {
        "Type": "AWS::EC2::Route",
        "Properties": {
            "RouteTableId": {"Ref": "Table"},
            "DestinationCidrBlock": "0.0.0.0/0",
            "GatewayId": {"Ref": "AGateway"},
        },
    },
}


def test_a_route_that_does_not_wait_for_the_attachment_fails(accounts: Accounts) -> None:
    status, why = accounts.deploy("lucky-route", NETWORK)
    assert status.startswith("ROLLBACK")
    assert "belong to different networks" in why


def test_a_route_that_waits_is_made(accounts: Accounts) -> None:
    route = {**NETWORK["ZRoute"], "DependsOn": "Attachment"}
    assert accounts.deploy("route", {**NETWORK, "ZRoute": route}) == ("CREATE_COMPLETE", "")


def model(**more: Any) -> dict[str, Any]:
    """A model and its role, whose policy is a resource of its own."""
    trust = {"Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    image = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/image:1"
    pull = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}
    return {
        "APolicy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "pull",
                "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [pull]},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", **trust}]}
            },
        },
        "ZModel": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                "PrimaryContainer": {"Image": image},
            },
            **more,
        },
    }


def test_a_model_that_does_not_wait_for_its_policy_fails(accounts: Accounts) -> None:
    status, why = accounts.deploy("lucky-model", model(), **MAY)
    assert status.startswith("ROLLBACK")
    assert "not authorized to perform: ecr:GetAuthorizationToken" in why
    waits = model(DependsOn="APolicy")
    assert accounts.deploy("waiting-model", waits, **MAY) == ("CREATE_COMPLETE", "")


def rule(name: str, **more: Any) -> dict[str, Any]:
    """A repository whose seed a rule hears, and the role of the rule with a policy of its own."""
    pipeline = f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:{name}"
    trust = {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}
    start = {
        "Effect": "Allow",
        "Action": "codepipeline:StartPipelineExecution",
        "Resource": pipeline,
    }
    return {
        "APolicy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "start",
                "Roles": [{"Ref": "Role"}],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [start]},
            },
        },
        "Repository": {
            "Type": "AWS::CodeCommit::Repository",
            "Properties": {
                "RepositoryName": name,
                "Code": {"BranchName": "main", "S3": {"Bucket": name, "Key": "seed.zip"}},
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", **trust}]}
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": name,
                "EventPattern": {
                    "source": ["aws.codecommit"],
                    "resources": [f"arn:aws:codecommit:eu-west-1:{ACCOUNT}:{name}"],
                },
                "Targets": [
                    {"Id": "p", "Arn": pipeline, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}
                ],
            },
            **more,
        },
    }


@pytest.mark.parametrize(
    ("name", "more", "is_refused"),
    [("lucky-rule", {}, True), ("waiting-rule", {"DependsOn": "APolicy"}, False)],
)
def test_a_rule_that_does_not_wait_for_its_policy_is_refused(
    accounts: Accounts, name: str, more: dict[str, Any], is_refused: bool
) -> None:
    seed(accounts, name, {"README.md": "hello\n"})
    assert accounts.deploy(name, rule(name, **more), **MAY) == ("CREATE_COMPLETE", "")
    refused = accounts.emulator.refused(())
    assert any(row["deed"] == "start a pipeline" for row in refused) is is_refused
