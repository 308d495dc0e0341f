"""What AWS refuses is refused: policies, names, keys, networks and pipelines."""

import json
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, TRUST, Accounts
from botocore.exceptions import ClientError

from mlops_commons.utilities.stack_failures import failures

pytestmark = pytest.mark.app

MAY = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
NOBODY = f"arn:aws:iam::{ACCOUNT}:role/that-is-not-there"
ROOT = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "kms:*"}


def allow(principal: Any, action: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [{**statement, **more}]}


def key(*statements: dict[str, Any]) -> dict[str, Any]:
    policy = {"Statement": [{**row, "Resource": "*"} for row in statements]}
    return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}


def role(**properties: Any) -> dict[str, Any]:
    trust = {"Statement": [{**TRUST, "Principal": {"Service": "lambda.amazonaws.com"}}]}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust, **properties},
    }


def actions(number: int) -> dict[str, Any]:
    names = [f"s3:Get{n:04}" for n in range(number)]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": names, "Resource": "*"}],
    }


def group(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": properties}


VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}}
TABLE = {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "V"}}}
GATEWAY = {"Type": "AWS::EC2::InternetGateway", "Properties": {}}
ROUTE = {
    "Type": "AWS::EC2::Route",
    "Properties": {
        "RouteTableId": {"Ref": "T"},
        "DestinationCidrBlock": "0.0.0.0/0",
        "GatewayId": {"Ref": "G"},
    },
}
ATTACHED = {
    "Type": "AWS::EC2::VPCGatewayAttachment",
    "Properties": {"VpcId": {"Ref": "V"}, "InternetGatewayId": {"Ref": "G"}},
}


def endpoint(service: str) -> dict[str, Any]:
    properties = {"VpcId": {"Ref": "V"}, "ServiceName": service, "VpcEndpointType": "Interface"}
    return {"V": VPC, "E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}}


def ranges(added: str, primary: str = "10.9.0.0/16") -> dict[str, Any]:
    further = {"VpcId": {"Ref": "V"}, "CidrBlock": added}
    return {
        "V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": primary}},
        "R": {"Type": "AWS::EC2::VPCCidrBlock", "Properties": further},
    }


def subnets(*blocks: str) -> dict[str, Any]:
    return {"V": VPC} | {
        f"S{number}": {
            "Type": "AWS::EC2::Subnet",
            "DependsOn": [f"S{number - 1}"] if number else [],
            "Properties": {"VpcId": {"Ref": "V"}, "CidrBlock": block},
        }
        for number, block in enumerate(blocks)
    }


PRIVATE_NAT = {
    "Type": "AWS::EC2::NatGateway",
    "Properties": {
        "ConnectivityType": "private",
        "SubnetId": {"Ref": "S0"},
        "AllocationId": {"Fn::GetAtt": ["A", "AllocationId"]},
    },
}


def pipeline(**properties: Any) -> dict[str, Any]:
    trigger = {"ActionTypeId": {"Category": "Approval", "Owner": "AWS", "Provider": "Manual"}}
    action = {"Name": "a", **trigger}
    action["ActionTypeId"]["Version"] = "1"  # type: ignore[index]
    stages = [{"Name": name, "Actions": [action]} for name in ("One", "Two")]
    return {
        "Type": "AWS::CodePipeline::Pipeline",
        "Properties": {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/p",
            "Stages": stages,
            "ArtifactStore": {"Type": "S3", "Location": "b"},
            **properties,
        },
    }


REFUSED = {
    "a principal of a key that is not there": (
        {"K": key(ROOT, {**ROOT, "Sid": "Other", "Principal": {"AWS": NOBODY}})},
        "Invalid principal in policy",
    ),
    "a key that nobody could administer": (
        {"K": key({**ROOT, "Action": "kms:Decrypt"})},
        "will not allow you to update the key policy",
    ),
    "a principal of a bucket with a wildcard": (
        {
            "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "strict-principal"}},
            "P": {
                "Type": "AWS::S3::BucketPolicy",
                "DependsOn": "B",
                "Properties": {
                    "Bucket": "strict-principal",
                    "PolicyDocument": allow({"AWS": f"{NOBODY}-*"}, "s3:GetObject"),
                },
            },
        },
        "MalformedPolicy",
    ),
    "a principal of a topic that is not there": (
        {
            "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "strict"}},
            "P": {
                "Type": "AWS::SNS::TopicPolicy",
                "Properties": {
                    "Topics": [{"Ref": "T"}],
                    "PolicyDocument": allow({"AWS": NOBODY}, "sns:Publish"),
                },
            },
        },
        "Invalid principal in policy",
    ),
    "a range that overlaps": (ranges("10.9.128.0/20"), "InvalidVpc.Range"),
    "a range that is too large": (ranges("100.64.0.0/10"), "InvalidVpc.Range"),
    "a range of other private ones": (ranges("172.20.0.0/16"), "is restricted"),
    "a private range beside others": (ranges("10.9.0.0/16", "100.64.0.0/16"), "is restricted"),
    "a range of tests of networks": (ranges("198.19.0.0/20"), "is restricted"),
    "a range of default VPCs": (ranges("172.31.0.0/20", "172.20.0.0/16"), "is restricted"),
    "the first range beside the second": (ranges("10.0.0.0/20", "10.1.0.0/16"), "is restricted"),
    "a subnet outside of the ranges": (subnets("100.64.0.0/24"), "InvalidSubnet.Range"),
    "subnets that overlap": (subnets("10.9.0.0/24", "10.9.0.0/25"), "conflicts with another"),
    "an address of a private NAT gateway": (
        {
            **subnets("10.9.0.0/24"),
            "A": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
            "N": PRIVATE_NAT,
        },
        "cannot have an Elastic IP",
    ),
    "a trusted role that is not there": (
        {
            "R": role(
                AssumeRolePolicyDocument={"Statement": [{**TRUST, "Principal": {"AWS": NOBODY}}]}
            )
        },
        "MalformedPolicyDocument",
    ),
    "an operator that IAM does not know": (
        {
            "R": role(
                AssumeRolePolicyDocument={
                    "Statement": [
                        {
                            **TRUST,
                            "Principal": {"Service": "lambda.amazonaws.com"},
                            "Condition": {"StringEqual": {"aws:SourceAccount": ACCOUNT}},
                        }
                    ]
                }
            )
        },
        "Invalid Condition type : StringEqual",
    ),
    "a managed policy over 6,144 characters": (
        {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": actions(600)}}},
        "PolicySize: 6144",
    ),
    "inline policies over 10,240 characters together": (
        {
            "R": role(
                Policies=[{"PolicyName": f"p{n}", "PolicyDocument": actions(500)} for n in range(2)]
            )
        },
        "Maximum policy size of 10240 bytes",
    ),
    "a trust policy over 2,048 characters": (
        {
            "R": role(
                AssumeRolePolicyDocument={
                    "Statement": [
                        {**TRUST, "Sid": f"N{n}", "Principal": {"Service": "lambda.amazonaws.com"}}
                        for n in range(30)
                    ]
                }
            )
        },
        "ACLSizePerRole: 2048",
    ),
    "eleven managed policies": (
        {
            "R": role(
                ManagedPolicyArns=[f"arn:aws:iam::aws:policy/Amazon{n}Access" for n in range(11)]
            )
        },
        "PoliciesPerRole: 10",
    ),
    "a key of a log group that is not there": (
        {"L": group(KmsKeyId=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/none")},
        "does not exist or is not allowed",
    ),
    "a key that does not name CloudWatch Logs": (
        {"K": key(ROOT), "L": group(KmsKeyId={"Fn::GetAtt": ["K", "Arn"]}, LogGroupName="lk")},
        "does not exist or is not allowed",
    ),
    "a route to a gateway that is not attached": (
        {"V": VPC, "T": TABLE, "G": GATEWAY, "R": ROUTE},
        "belong to different networks",
    ),
    "an endpoint service that nobody offers": (
        endpoint("com.amazonaws.eu-west-1.nothing"),
        "Vpc Endpoint Service 'com.amazonaws.eu-west-1.nothing' does not exist",
    ),
    "an endpoint service of another region": (
        endpoint("com.amazonaws.us-east-1.s3"),
        "does not exist",
    ),
    "variables in a pipeline of type V1": (
        {"P": pipeline(Variables=[{"Name": "v"}], PipelineType="V1")},
        "only pipelines of type V2 have",
    ),
    "a condition in a pipeline without a type": (
        {"P": pipeline(ExecutionMode="QUEUED")},
        "only pipelines of type V2 have",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_cloudformation_is_refused(accounts: Accounts, what: str) -> None:
    resources, reason = REFUSED[what]
    status, why = accounts.deploy(what.replace(" ", "-").replace(",", ""), resources, **MAY)
    assert status.startswith("ROLLBACK")
    assert reason in why


TAKEN = {
    "role": {"Type": "AWS::IAM::Role", "Properties": role(RoleName="taken")["Properties"]},
    "log group": group(LogGroupName="taken"),
    "topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "taken"}},
    "bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken-by-a-stack"}},
    "policy": {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"ManagedPolicyName": "taken", "PolicyDocument": actions(1)},
    },
    "rule": {
        "Type": "AWS::Events::Rule",
        "Properties": {"Name": "taken", "EventPattern": {"source": ["aws.s3"]}},
    },
    "parameter": {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Name": "/taken", "Type": "String", "Value": "v"},
    },
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_is_there_is_never_adopted(accounts: Accounts, kind: str) -> None:
    name = kind.replace(" ", "-")
    assert accounts.deploy(f"first-{name}", {"R": TAKEN[kind]}, **MAY) == ("CREATE_COMPLETE", "")
    status, why = accounts.deploy(f"second-{name}", {"R": TAKEN[kind]}, **MAY)
    assert status.startswith("ROLLBACK")
    told = [why, *map(str, failures(accounts.client("cloudformation"), f"second-{name}"))]
    assert any("exist" in text for text in told)
    # Neither the refusal nor its rollback touches what was there.
    assert accounts.update(f"first-{name}", {"R": TAKEN[kind], "M": group()}, **MAY)[1] == ""


def test_a_role_that_aws_made_before_is_not_adopted(accounts: Accounts) -> None:
    accounts.role("AmazonSageMakerServiceCatalogProductsUseRole", "lambda.amazonaws.com")
    resources = {"R": role(RoleName="AmazonSageMakerServiceCatalogProductsUseRole")}
    status, why = accounts.deploy("adopts", resources, **MAY)
    assert status.startswith("ROLLBACK")
    assert "already exists" in why


def test_what_is_right_is_taken(accounts: Accounts) -> None:
    logs = {
        **ROOT,
        "Sid": "Logs",
        "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
        "Condition": {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:*:{ACCOUNT}:log-group:right*"
            }
        },
    }
    resources = {
        "K": key(ROOT, logs),
        "L": group(LogGroupName="right", KmsKeyId={"Fn::GetAtt": ["K", "Arn"]}),
        **{"V": VPC, "T": TABLE, "G": GATEWAY, "A": ATTACHED, "R": {**ROUTE, "DependsOn": "A"}},
        "P": pipeline(Variables=[{"Name": "v"}], PipelineType="V2"),
    }
    resources["E"] = endpoint("com.amazonaws.eu-west-1.sagemaker.api")["E"]
    assert accounts.deploy("right", resources, **MAY) == ("CREATE_COMPLETE", "")


def test_the_calls_of_iam_and_s3_are_checked_as_well(accounts: Accounts) -> None:
    iam, s3 = accounts.client("iam"), accounts.client("s3")
    with pytest.raises(ClientError, match="LimitExceeded"):
        iam.create_policy(PolicyName="long", PolicyDocument=json.dumps(actions(600)))
    with pytest.raises(ClientError, match="less than or equal to 64"):
        iam.create_role(RoleName="r" * 65, AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    with pytest.raises(ClientError, match="Invalid principal"):
        trust = {"Statement": [{**TRUST, "Principal": {"AWS": NOBODY}}]}
        iam.create_role(RoleName="trusts", AssumeRolePolicyDocument=json.dumps(trust))
    place = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="of-a-call", CreateBucketConfiguration=place)
    with pytest.raises(ClientError, match="Invalid principal"):
        s3.put_bucket_policy(
            Bucket="of-a-call", Policy=json.dumps(allow({"AWS": NOBODY}, "s3:GetObject"))
        )
