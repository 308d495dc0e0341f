"""Names that something in an emulated account has, before a stack would make them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.accounts.taken_names import taken_names
from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate

pytestmark = pytest.mark.app

STUDIO_ROLE = "AmazonSageMakerServiceCatalogProductsUseRole"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ],
}
NAMED: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "AWS::IAM::Role": (
        "RoleName",
        {"RoleName": STUDIO_ROLE, "AssumeRolePolicyDocument": TRUST},
    ),
    "AWS::IAM::ManagedPolicy": (
        "ManagedPolicyName",
        {
            "ManagedPolicyName": "taken-policy",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
            },
        },
    ),
    "AWS::S3::Bucket": ("BucketName", {"BucketName": "taken-bucket-of-somebody"}),
    "AWS::SSM::Parameter": ("Name", {"Name": "/taken/id", "Type": "String", "Value": "1"}),
    "AWS::Logs::LogGroup": ("LogGroupName", {"LogGroupName": "/taken/log"}),
    "AWS::CodeCommit::Repository": ("RepositoryName", {"RepositoryName": "taken-repository"}),
}


@pytest.fixture
def session(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    for name, value in accounts.emulator.client_environment().items():
        monkeypatch.setenv(name, value)
    return boto3.Session(
        aws_access_key_id=ACCOUNT, aws_secret_access_key="test", region_name="eu-west-1"
    )


def found(session: boto3.Session, stack: str, region: str = "eu-west-1") -> list[tuple[str, str]]:
    """Message and remedy of what a stack of the named resources cannot make."""
    row = BootstrapRow(
        account=ACCOUNT,
        region="eu-west-1",
        uses=(),
        trust=(),
        untrusted=(),
        profile="",
        policy_source=PolicySource.GENERATED,
        policy_file=Path("none"),
        policy_arn="",
        enabled=True,
    )
    summary = StackSummary(role="dev", account=ACCOUNT, region=region, stack=stack)
    template = StackTemplate(summary=summary, template={"Resources": resources()})
    return [(o.message, o.remedy) for o in taken_names(row, [template], session)]


def resources() -> dict[str, Any]:
    return {
        kind.replace(":", ""): {"Type": kind, "Properties": properties}
        for kind, (_, properties) in NAMED.items()
    }


def without_role_of_studio(session: boto3.Session) -> None:
    """Other tests of this emulator may have made it."""
    iam = session.client("iam")
    try:
        attached = iam.list_attached_role_policies(RoleName=STUDIO_ROLE)["AttachedPolicies"]
    except iam.exceptions.NoSuchEntityException:
        return
    for policy in attached:
        iam.detach_role_policy(RoleName=STUDIO_ROLE, PolicyArn=policy["PolicyArn"])
    for name in iam.list_role_policies(RoleName=STUDIO_ROLE)["PolicyNames"]:
        iam.delete_role_policy(RoleName=STUDIO_ROLE, PolicyName=name)
    iam.delete_role(RoleName=STUDIO_ROLE)


def test_each_name_that_is_taken_is_told_with_what_to_do_and_none_that_is_ours(
    accounts: Accounts, session: boto3.Session
) -> None:
    without_role_of_studio(session)
    assert found(session, "new-stack") == []
    made = accounts.deploy("other-stack", resources(), Capabilities=["CAPABILITY_NAMED_IAM"])
    assert made[0] == "CREATE_COMPLETE", made
    try:
        told = found(session, "new-stack")
        assert len(told) == len(NAMED)
        for kind, (key, properties) in NAMED.items():
            (message,) = [m for m, _ in told if f"would make: {kind} " in m]
            assert properties[key] in message
            assert "not the stack 'new-stack'" in message
        (remedy,) = [remedy for message, remedy in told if STUDIO_ROLE in message]
        assert "create_service_catalog_roles: false" in remedy
        assert found(session, "other-stack") == []
        # A stack of this role in another region meets only names that hold in all regions.
        elsewhere = [m for m, _ in found(session, "other-stack", region="eu-central-1")]
        everywhere = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::S3::Bucket")
        assert len(elsewhere) == len(everywhere)
        assert all(any(f": {kind} " in message for message in elsewhere) for kind in everywhere)
    finally:
        accounts.client("cloudformation").delete_stack(StackName="other-stack")
