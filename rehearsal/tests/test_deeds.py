"""What services do with roles is asked of the roles, of trust policies and of resources."""

import json
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, TRUST, Accounts

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.emulator.deeds import Deed

pytestmark = pytest.mark.app

REGION = "eu-west-1"
HERE = f"{REGION}:{ACCOUNT}"
MAY = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
STUDIO = "sagemaker.amazonaws.com"
SOURCE = f"arn:aws:codecommit:{HERE}:code"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trusting(accounts: Accounts, name: str, condition: Any, *actions: str) -> str:
    """A role that SageMaker may assume under a condition."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": STUDIO},
        "Action": ["sts:AssumeRole", *actions],
        "Condition": condition,
    }
    found = accounts.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [statement]})
    )
    return str(found["Role"]["Arn"])


@pytest.mark.parametrize(
    ("name", "condition", "source"),
    [
        ("account", {"StringEquals": {"aws:SourceAccount": "999999999999"}}, ""),
        (
            "arn",
            {"ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:{HERE}:domain/*"}},
            f"arn:aws:sagemaker:{HERE}:training-job/x",
        ),
        ("operator", {"StringLike": {"aws:PrincipalOrgID": "o-*"}}, ""),
    ],
)
def test_a_condition_of_a_trust_policy_counts(
    accounts: Accounts, name: str, condition: Any, source: str
) -> None:
    role = trusting(accounts, f"wrong-{name}", condition)
    with pytest.raises(PlatformError, match="not authorized to perform: sts:AssumeRole"):
        accounts.emulator.service_credentials(role, STUDIO, "s", source=source)


def test_a_condition_that_holds_lets_the_service_in(accounts: Accounts) -> None:
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    role = trusting(accounts, "right-account", own)
    assert accounts.emulator.service_credentials(role, STUDIO, "s")


def test_a_source_identity_needs_trust_of_its_own(accounts: Accounts) -> None:
    with_it = trusting(accounts, "with-identity", {}, "sts:SetSourceIdentity")
    without = trusting(accounts, "without-identity", {})
    assert accounts.emulator.service_credentials(with_it, STUDIO, "s", source_identity="ann")
    with pytest.raises(PlatformError, match="sts:SetSourceIdentity"):
        accounts.emulator.service_credentials(without, STUDIO, "s", source_identity="ann")


def fetching(role: str, **resources: list[str]) -> Deed:
    return Deed(
        account=ACCOUNT,
        region=REGION,
        service="codepipeline.amazonaws.com",
        deed="fetch the source",
        role=role,
        resources={"repository": [SOURCE], **resources},
    )


READING = ("codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetUploadArchiveStatus")


def test_a_pipeline_fetches_its_source_with_its_role(accounts: Accounts) -> None:
    service = "codepipeline.amazonaws.com"
    rest = [*READING, "codecommit:CancelUploadArchive"]
    lacks = accounts.role("fetches-not", service, allow(rest, SOURCE))
    has = accounts.role("fetches", service, allow([*rest, "codecommit:UploadArchive"], SOURCE))
    accounts.emulator.ask_deed(fetching(has))
    with pytest.raises(PlatformError, match=f"codecommit:UploadArchive on resource: {SOURCE}"):
        accounts.emulator.ask_deed(fetching(lacks))
    (refused,) = [r for r in accounts.emulator.refused(()) if r["role"] == lacks]
    assert refused["deed"] == "fetch the source"
    assert accounts.emulator.refused(()) == []


def network(accounts: Accounts, name: str) -> tuple[str, str, str]:
    """A VPC, a subnet of it with a way to S3, and a security group."""
    ec2 = accounts.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.0.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName=f"com.amazonaws.{REGION}.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[table],
    )
    group = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    return vpc, subnet, group


MODEL_ACTIONS = (
    *("ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission"),
    *("ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"),
    *("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcs", "ecr:GetAuthorizationToken"),
    *("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
)
IMAGE = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1"


def model(role: str, subnet: str, group: str) -> dict[str, Any]:
    properties = {
        "ModelName": role.rpartition("/")[2],
        "ExecutionRoleArn": role,
        "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": "s3://none/model.tar.gz"},
        "VpcConfig": {"Subnets": [subnet], "SecurityGroupIds": [group]},
    }
    return {"M": {"Type": "AWS::SageMaker::Model", "Properties": properties}}


@pytest.mark.parametrize("without", [a for a in MODEL_ACTIONS if "Describe" not in a])
def test_a_model_needs_each_permission_of_its_role(accounts: Accounts, without: str) -> None:
    name = without.replace(":", "-")
    _, subnet, group = network(accounts, name)
    rest = [action for action in MODEL_ACTIONS if action != without]
    role = accounts.role(f"model-without-{name}", STUDIO, allow(rest))
    status, why = accounts.deploy(f"model-{name}", model(role, subnet, group))
    assert status.startswith("ROLLBACK")
    assert f"is not authorized to perform: {without}" in why


def test_a_model_with_all_permissions_is_made(accounts: Accounts) -> None:
    vpc, subnet, group = network(accounts, "whole")
    inside = {"ArnEquals": {"ec2:Vpc": f"arn:aws:ec2:{HERE}:vpc/{vpc}"}}
    handing = [a for a in MODEL_ACTIONS if "Permission" in a or a.startswith("ec2:Delete")]
    rest = [a for a in MODEL_ACTIONS if a not in handing]
    role = accounts.role("whole-model", STUDIO, allow(rest), allow(handing, Condition=inside))
    assert accounts.deploy("whole-model", model(role, subnet, group)) == ("CREATE_COMPLETE", "")


def test_a_subnet_that_is_not_there_is_no_network(accounts: Accounts) -> None:
    role = accounts.role("nowhere", STUDIO, allow("*"))
    _, why = accounts.deploy("nowhere", model(role, "subnet-0none", "sg-0none"))
    assert "The subnet ID 'subnet-0none' does not exist" in why


ROOT = {
    "Effect": "Allow",
    "Principal": {"AWS": ACCOUNT},
    "Action": "kms:*",
    "Resource": "*",
}
EVENTS = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
    "Resource": "*",
}


def notices(name: str, publisher: str, *of_key: dict[str, Any]) -> dict[str, Any]:
    """A rule that publishes to an encrypted topic."""
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": publisher},
        "Action": "sns:Publish",
        "Resource": {"Ref": "T"},
    }
    return {
        "K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [*of_key]}}},
        "T": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"TopicName": name, "KmsMasterKeyId": {"Ref": "K"}},
        },
        "P": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {"Topics": [{"Ref": "T"}], "PolicyDocument": {"Statement": [publish]}},
        },
        "R": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "Name": name,
                "EventPattern": {"source": ["aws.s3"]},
                "Targets": [{"Id": "t", "Arn": {"Ref": "T"}}],
            },
        },
    }


@pytest.mark.parametrize(
    ("name", "publisher", "key", "missing"),
    [
        ("notice-key", "events.amazonaws.com", (ROOT,), "kms:GenerateDataKey"),
        ("notice-topic", "cloudwatch.amazonaws.com", (ROOT, EVENTS), "sns:Publish"),
    ],
)
def test_a_notice_that_never_arrives_is_told(
    accounts: Accounts, name: str, publisher: str, key: tuple[dict[str, Any], ...], missing: str
) -> None:
    assert accounts.deploy(name, notices(name, publisher, *key))[1] == ""
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    (row,) = [r for r in found if name in r["deed"]]
    assert f"events.amazonaws.com is not authorized to perform: {missing}" in row["reason"]


def test_a_notice_that_arrives_is_no_problem(accounts: Accounts) -> None:
    name = "notice-arrives"
    accounts.deploy(name, notices(name, "events.amazonaws.com", ROOT, EVENTS))
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    assert [row for row in found if name in row["deed"]] == []


@pytest.mark.parametrize(
    ("service", "problem"), [("logs.amazonaws.com", 1), ("logging.s3.amazonaws.com", 0)]
)
def test_access_logs_need_the_service_that_writes_them(
    accounts: Accounts, service: str, problem: int
) -> None:
    logs, bucket = f"to-{service.replace('.', '-')}", f"of-{service.replace('.', '-')}"
    write = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{logs}/*",
    }
    resources = {
        "L": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": logs}},
        "P": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "L"}, "PolicyDocument": {"Statement": [write]}},
        },
        "B": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": bucket,
                "LoggingConfiguration": {"DestinationBucketName": {"Ref": "L"}},
            },
        },
    }
    assert accounts.deploy(logs, resources) == ("CREATE_COMPLETE", "")
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    assert len([row for row in found if bucket in row["deed"]]) == problem


def test_flow_logs_need_their_role(accounts: Accounts) -> None:
    vpc, _, _ = network(accounts, "flows")
    service = "vpc-flow-logs.amazonaws.com"
    role = accounts.role("flows", service, allow("logs:CreateLogStream"))
    properties = {
        "ResourceId": vpc,
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "flows",
        "DeliverLogsPermissionArn": role,
    }
    accounts.deploy("flows", {"F": {"Type": "AWS::EC2::FlowLog", "Properties": properties}})
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    assert [row for row in found if "logs:DescribeLogStreams" in row["reason"]]


def test_who_makes_an_encrypted_repository_needs_the_key(accounts: Accounts) -> None:
    service = "cloudformation.amazonaws.com"
    everything = [
        "codecommit:*",
        "ecr:*",
        "kms:CreateKey",
        "kms:PutKeyPolicy",
        "kms:Describe*",
        "kms:*able*",
        "kms:List*",
        "kms:Get*",
    ]
    role = accounts.role("makes-repositories", service, allow([*everything, "kms:TagResource"]))
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [ROOT]}}}
    code = {"RepositoryName": "encrypted", "KmsKeyId": {"Fn::GetAtt": ["K", "Arn"]}}
    images = {
        "RepositoryName": "encrypted",
        "EncryptionConfiguration": {
            "EncryptionType": "KMS",
            "KmsKey": {"Fn::GetAtt": ["K", "Arn"]},
        },
    }
    for name, kind, properties, needed in (
        ("encrypted-code", "AWS::CodeCommit::Repository", code, "kms:Encrypt"),
        ("encrypted-images", "AWS::ECR::Repository", images, "kms:CreateGrant"),
    ):
        resources = {"K": key, "R": {"Type": kind, "Properties": properties}}
        status, why = accounts.deploy(name, resources, RoleARN=role)
        assert status.startswith("ROLLBACK"), name
        assert needed in why


@pytest.mark.parametrize("service", ["transitgateway.amazonaws.com", "spot.amazonaws.com"])
def test_who_attaches_a_vpc_may_make_the_role_that_aws_attaches_with(
    accounts: Accounts, service: str
) -> None:
    name = f"attached-by-{service.partition('.')[0]}"
    vpc, subnet, _ = network(accounts, name)
    condition = {"StringEquals": {"iam:AWSServiceName": service}}
    linked = allow("iam:CreateServiceLinkedRole", Condition=condition)
    role = accounts.role(name, "cloudformation.amazonaws.com", allow("ec2:*"), linked)
    properties = {
        "TransitGatewayId": "tgw-0123456789abcdef0",
        "VpcId": vpc,
        "SubnetIds": [subnet],
    }
    resources = {"A": {"Type": "AWS::EC2::TransitGatewayAttachment", "Properties": properties}}
    status, why = accounts.deploy(name, resources, RoleARN=role)
    if service.startswith("transitgateway"):
        assert (status, why) == ("CREATE_COMPLETE", "")
    else:
        assert status.startswith("ROLLBACK")
        assert "iam:CreateServiceLinkedRole" in why


DOMAIN_KEY = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext")


@pytest.mark.parametrize("without", ["", "iam:CreateServiceLinkedRole", "kms:CreateGrant"])
def test_who_makes_the_first_domain_may_make_the_role_of_studio_and_use_the_key(
    accounts: Accounts, without: str
) -> None:
    """SageMaker Developer Guide, "API permissions reference", CreateDomain."""
    name = f"domain-without-{without.replace(':', '-').lower()}"
    _, subnet, group = network(accounts, name)
    vpc = accounts.client("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    key = accounts.client("kms").create_key()["KeyMetadata"]["Arn"]
    named = {"StringEquals": {"iam:AWSServiceName": STUDIO}}
    may = {
        "sagemaker:*": allow("sagemaker:*"),
        "iam:PassRole": allow("iam:PassRole"),
        "iam:CreateServiceLinkedRole": allow("iam:CreateServiceLinkedRole", Condition=named),
        **{f"kms:{action}": allow(f"kms:{action}", key) for action in DOMAIN_KEY},
    }
    given = [statement for action, statement in may.items() if action != without]
    role = accounts.role(name, "cloudformation.amazonaws.com", *given)
    own = trusting(accounts, f"{name}-own", {})
    properties = {
        "AuthMode": "IAM",
        "DomainName": name,
        "VpcId": vpc,
        "SubnetIds": [subnet],
        "KmsKeyId": key,
        "DefaultUserSettings": {"ExecutionRole": own, "SecurityGroups": [group]},
    }
    resources = {"D": {"Type": "AWS::SageMaker::Domain", "Properties": properties}}
    status, why = accounts.deploy(name, resources, RoleARN=role)
    if without:
        assert status.startswith("ROLLBACK")
        assert without in why
    else:
        assert (status, why) == ("CREATE_COMPLETE", "")


def test_functions_and_builds_want_a_role_that_trusts_them(accounts: Accounts) -> None:
    statement = {
        **TRUST,
        "Principal": {"Service": ["codebuild.amazonaws.com", "lambda.amazonaws.com"]},
        "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}},
    }
    accounts.client("iam").create_role(
        RoleName="trusts-others", AssumeRolePolicyDocument=json.dumps({"Statement": [statement]})
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/trusts-others"
    build = {
        "Name": "untrusted",
        "ServiceRole": role,
        "Source": {"Type": "NO_SOURCE", "BuildSpec": "version: 0.2"},
        "Artifacts": {"Type": "NO_ARTIFACTS"},
        "Environment": {
            "Type": "LINUX_CONTAINER",
            "Image": "aws/codebuild/standard:8.0",
            "ComputeType": "BUILD_GENERAL1_SMALL",
        },
    }
    function = {
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": role,
        "Code": {"ZipFile": "def handler(event, context): return 1\n"},
    }
    _, why = accounts.deploy(
        "untrusted-build", {"B": {"Type": "AWS::CodeBuild::Project", "Properties": build}}
    )
    assert "CodeBuild is not authorized to perform: sts:AssumeRole" in why
    _, why = accounts.deploy(
        "untrusted-function", {"F": {"Type": "AWS::Lambda::Function", "Properties": function}}
    )
    assert "cannot be assumed by Lambda" in why
