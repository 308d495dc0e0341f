"""Why a stack has failed is told whatever number of events it has."""

from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.accounts.bootstrap_plan import BootstrapRow, PolicySource
from mlops_commons.teardown.execution import carry_out
from mlops_commons.teardown.plan import Kind, Phase, Step
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.stack_failures import failures, likely_fix

pytestmark = pytest.mark.app

MANY = 70
"""With their rollback more than the hundred events of a page."""


def parameters(prefix: str) -> dict[str, Any]:
    return {
        f"P{n:03}": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": f"/{prefix}/{n}", "Type": "String", "Value": "v"},
        }
        for n in range(MANY)
    }


def test_the_reason_of_a_big_stack_is_found_beyond_its_first_page(accounts: Accounts) -> None:
    role = accounts.role(
        "makes-parameters-only",
        "cloudformation.amazonaws.com",
        {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"},
    )
    late = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "denied"}}
    resources = parameters("more-than-a-page")
    resources["Late"] = {**late, "DependsOn": list(resources)}
    accounts.deploy("more-than-a-page", resources, RoleARN=role)
    stacks = accounts.client("cloudformation")
    first_page = stacks.describe_stack_events(StackName="more-than-a-page")["StackEvents"]
    assert not [e for e in first_page if e["ResourceStatus"] == "CREATE_FAILED"]
    (found,) = failures(stacks, "more-than-a-page")
    assert (found.logical_id, found.resource_type) == ("Late", "AWS::SNS::Topic")
    assert "sns:CreateTopic" in found.reason
    assert likely_fix(str(found), otherwise="") == (
        "let the role makes-parameters-only have sns:CreateTopic on the resource that is named"
    )


def test_a_failure_of_an_earlier_operation_is_not_told_again(accounts: Accounts) -> None:
    wrong = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String"}}
    accounts.deploy("twice", parameters("twice"))
    accounts.update("twice", {**parameters("twice"), "X": wrong})
    before = failures(accounts.client("cloudformation"), "twice")
    changed = parameters("twice")
    changed["P000"]["Properties"]["Value"] = "w"
    accounts.update("twice", changed)
    assert before
    assert failures(accounts.client("cloudformation"), "twice") == []


def test_a_teardown_says_why_a_big_stack_stays(accounts: Accounts) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-a-big-stack"}}
    # Deleted first, so that the deletions of all others follow its reason.
    resources = parameters("stays")
    resources["Bucket"] = {**bucket, "DependsOn": list(resources)}
    assert accounts.deploy("stays", resources)[0] == "CREATE_COMPLETE"
    accounts.client("s3").put_object(Bucket="of-a-big-stack", Key="k", Body=b"1")
    row = BootstrapRow(
        account=ACCOUNT,
        region="eu-west-1",
        uses=(),
        trust=(),
        untrusted=(),
        profile="dev",
        policy_source=PolicySource.GENERATED,
        policy_file=Path("policy.json"),
        policy_arn="",
        enabled=True,
    )
    step = Step(phase=Phase.STAGES, kind=Kind.STACK, row=row, name="stays", shown="stays")
    with pytest.raises(PlatformError, match=r"Bucket \(AWS::S3::Bucket\): .*not empty"):
        carry_out(step, accounts)


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("InsufficientCapabilitiesException: Requires capabilities", "capability"),
        ("bucket-1 already exists in stack", "of that name"),
        ("User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: a:B", "role r"),
        ("MalformedPolicyDocument: Invalid principal in policy", "policy"),
        ("The maximum number of VPCs: VpcLimitExceeded", "quota"),
    ],
)
def test_the_fix_goes_by_what_aws_says(said: str, fix: str) -> None:
    assert fix in likely_fix(said, otherwise="")
