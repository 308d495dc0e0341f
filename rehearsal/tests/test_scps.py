"""Service control policies count in every decision; the default quotas, where they are wanted."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import Accounts
from botocore.exceptions import ClientError

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import EXAMPLES
from mlops_rehearsal.emulator.clients import client
from mlops_rehearsal.emulator.policy_files import OUTSIDER, checked_policies
from mlops_rehearsal.emulator.server import Emulator

PACKS = sorted((EXAMPLES / "guardrails").glob("*.json"))
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LAMBDA = "lambda.amazonaws.com"


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """Accounts of an organization that denies topics, and everything outside of its region."""
    folder: Path = tmp_path_factory.mktemp("limited")
    own = folder / "no-topics.json"
    deny = {"Effect": "Deny", "Action": "sns:CreateTopic", "Resource": "*"}
    own.write_text(json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    scps = (own, *(pack for pack in PACKS if "region" in pack.name))
    with Emulator("eu-west-1", folder / "e", scps=scps, fresh_account=True) as emulator:
        yield Accounts(emulator)


def session(accounts: Accounts, name: str, service: str, region: str = "eu-west-1") -> Any:
    role = accounts.role(name, LAMBDA, ALL)
    found = accounts.emulator.service_credentials(role, LAMBDA, "s")
    emulator = accounts.emulator
    return client(service, region, emulator.endpoint, emulator.certificate, found)


@pytest.mark.app
def test_a_call_that_a_policy_denies_is_denied_to_an_administrator(limited: Accounts) -> None:
    sns = session(limited, "administers", "sns")
    with pytest.raises(ClientError, match="explicit deny in a service control policy"):
        sns.create_topic(Name="denied")
    assert session(limited, "administers-too", "ssm").describe_parameters()


@pytest.mark.app
def test_a_region_that_the_organization_does_not_use_is_denied(limited: Accounts) -> None:
    with pytest.raises(ClientError, match="service control policy"):
        session(limited, "far-away", "ssm", "us-west-2").describe_parameters()
    # IAM is called in us-east-1, and the policy leaves it out.
    assert session(limited, "far-away-iam", "iam", "us-west-2").list_roles()


@pytest.mark.app
def test_an_account_in_no_organization_is_not_limited(limited: Accounts) -> None:
    emulator = limited.emulator
    for account, is_limited in ((limited.account, True), (OUTSIDER, False)):
        own = {"aws_access_key_id": account, "aws_secret_access_key": "test"}
        sns = client("sns", "eu-west-1", emulator.endpoint, emulator.certificate, own)
        with pytest.raises(ClientError) if is_limited else nullcontext():
            assert sns.create_topic(Name="of-its-root")


@pytest.mark.app
def test_the_role_of_a_stack_is_limited_as_well(limited: Accounts) -> None:
    role = limited.role("makes-everything", "cloudformation.amazonaws.com", ALL)
    topic = {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "of-a-stack"}}}
    _, why = limited.deploy("limited", topic, RoleARN=role)
    assert "sns:CreateTopic" in why
    assert "service control policy" in why


@pytest.mark.app
def test_a_fresh_account_has_room_for_five_vpcs_of_which_one_is_there(limited: Accounts) -> None:
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.5.0.0/16"}}
    four = {f"V{number}": vpc for number in range(4)}
    assert limited.deploy("four", four) == ("CREATE_COMPLETE", "")
    status, why = limited.deploy("fifth", {"V": vpc})
    assert status.startswith("ROLLBACK")
    assert "VpcLimitExceeded" in why


@pytest.mark.app
def test_without_the_switch_nothing_is_counted(accounts: Accounts) -> None:
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.5.0.0/16"}}
    assert accounts.deploy("seven", {f"V{n}": vpc for n in range(7)}) == ("CREATE_COMPLETE", "")


@pytest.mark.pure
def test_the_policies_beside_the_rehearsal_are_policies() -> None:
    assert len(PACKS) == 8
    assert checked_policies(PACKS) == tuple(PACKS)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Expecting property name"),
        ("[]", "no list 'Statement'"),
        ('{"Statement": [{"Effect": "deny", "Action": "*", "Resource": "*"}]}', "Effect 'deny'"),
        ('{"Statement": [{"Effect": "Deny", "Resource": "*"}]}', "Action or NotAction"),
        ('{"Statement": [{"Effect": "Deny", "Action": "*"}]}', "needs Resource"),
        (
            '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}}',
            "has Principal",
        ),
        (json.dumps({"Statement": [ALL] * 200}), "5120 are allowed"),
    ],
)
def test_what_organizations_would_not_take_is_refused(
    tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "policy.json"
    file.write_text(text)
    with pytest.raises(PlatformError, match=problem):
        checked_policies([file])
