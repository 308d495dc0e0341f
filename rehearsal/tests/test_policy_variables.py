"""Statements that speak of the caller's own tag, and of the role that a stack is made with."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

pytestmark = pytest.mark.app

SERVICE = "sagemaker.amazonaws.com"
OWN = "arn:aws:s3:::variables-${aws:PrincipalTag/sagemaker:project-id}"
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
BUCKETS = ("variables-p-1", "variables-p-2")


@pytest.fixture
def buckets(accounts: Accounts) -> Iterator[None]:
    s3 = accounts.client("s3")
    place = {"LocationConstraint": "eu-west-1"}
    for name in BUCKETS:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    yield
    for name in BUCKETS:
        s3.delete_bucket(Bucket=name)


def session(
    accounts: Accounts, name: str, *statements: Mapping[str, Any], tag: str = ""
) -> Mapping[str, str]:
    """Credentials of a role with these statements, and with a tag where one is given."""
    iam = accounts.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    tags = [{"Key": "sagemaker:project-id", "Value": tag}] if tag else []
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}),
        Tags=tags,
    )["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    return accounts.emulator.service_credentials(role, SERVICE, name)


def listed(accounts: Accounts, credentials: Mapping[str, str], bucket: str) -> bool:
    try:
        accounts.client("s3", credentials).list_objects_v2(Bucket=bucket)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied"
        return False
    return True


@pytest.mark.usefixtures("buckets")
@pytest.mark.parametrize(("tag", "reached"), [("p-1", ["variables-p-1"]), ("", [])])
def test_a_role_reaches_what_is_named_after_its_own_tag(
    accounts: Accounts, tag: str, reached: list[str]
) -> None:
    allowed = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": OWN}
    credentials = session(accounts, f"reader-{tag or 'none'}", allowed, tag=tag)
    assert [name for name in BUCKETS if listed(accounts, credentials, name)] == reached


@pytest.mark.usefixtures("buckets")
def test_a_denial_knows_the_name_of_the_role_and_its_tag(accounts: Accounts) -> None:
    allowed = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    named = "arn:aws:iam::*:role/own-${aws:PrincipalTag/sagemaker:project-id}-*"
    denied = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": named}},
    }
    own = session(accounts, "own-p-1-x", allowed, denied, tag="p-1")
    other = session(accounts, "own-p-2-x", allowed, denied, tag="p-1")
    assert listed(accounts, own, BUCKETS[0])
    assert not listed(accounts, other, BUCKETS[0])


def test_a_stack_is_made_with_the_role_that_a_condition_names_and_with_no_other(
    accounts: Accounts,
) -> None:
    wanted = f"arn:aws:iam::{ACCOUNT}:role/makes-stacks"
    statement = {
        "Effect": "Allow",
        "Action": "cloudformation:CreateStack",
        "Resource": "*",
        "Condition": {"ArnEquals": {"cloudformation:RoleArn": wanted}},
    }
    passing = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    stacks = accounts.client("cloudformation", session(accounts, "asks", statement, passing))
    for further in ({}, {"RoleARN": f"arn:aws:iam::{ACCOUNT}:role/another"}):
        with pytest.raises(ClientError, match="not authorized to perform: cloudformation:Create"):
            stacks.create_stack(StackName="variables", TemplateBody=TEMPLATE, **further)
    with pytest.raises(ClientError, match="invalid or cannot be assumed"):
        stacks.create_stack(StackName="variables", TemplateBody=TEMPLATE, RoleARN=wanted)


APPROVALS = (
    f"arn:aws:codepipeline:eu-west-1:{ACCOUNT}:*-${{aws:PrincipalTag/sagemaker:project-id}}-deploy"
)


@pytest.mark.parametrize(
    ("tag", "below", "may"), [("p-1", "/*", True), ("p-2", "/*", False), ("p-1", "", False)]
)
def test_an_approval_is_an_action_of_a_stage_of_a_pipeline(
    accounts: Accounts, tag: str, below: str, may: bool
) -> None:
    """The resource of PutApprovalResult (Service Authorization Reference, CodePipeline)."""
    action = "codepipeline:PutApprovalResult"
    allowed = {"Effect": "Allow", "Action": action, "Resource": f"{APPROVALS}{below}"}
    lead = session(accounts, f"lead-{tag}-{bool(below)}", allowed, tag=tag)
    with pytest.raises(ClientError) as raised:
        accounts.client("codepipeline", lead).put_approval_result(
            pipelineName="sagemaker-churn-p-1-deploy",
            stageName="Deploy-prod",
            actionName="Approve-prod",
            token="00000000-0000-0000-0000-000000000000",
            result={"summary": "fine", "status": "Approved"},
        )
    assert (raised.value.response["Error"]["Code"] != "AccessDeniedException") == may
