"""A key is used from another account only where its own policy says so."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

pytestmark = pytest.mark.app

OTHER = "444455556666"
SERVICE = "sagemaker.amazonaws.com"


@pytest.fixture
def reader(accounts: Accounts) -> Mapping[str, str]:
    """Credentials of a role of the other account that may use every key, if its key lets it."""
    iam = accounts.client("iam", {"aws_access_key_id": OTHER, "aws_secret_access_key": "test"})
    statement = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    try:
        role = iam.create_role(
            RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [statement]})
        )["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        role = iam.get_role(RoleName="reader")["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="reader", PolicyName="keys", PolicyDocument=document)
    return accounts.emulator.service_credentials(role, SERVICE, "reader")


def key(accounts: Accounts, *principals: str) -> str:
    """A key that these principals may use."""
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    statements = [{**statement, "Principal": {"AWS": principal}} for principal in principals]
    policy = {"Version": "2012-10-17", "Statement": statements}
    made: Any = accounts.client("kms").create_key(Policy=json.dumps(policy))
    return str(made["KeyMetadata"]["Arn"])


def answer(accounts: Accounts, reader: Mapping[str, str], key_arn: str) -> str:
    """The error code of a look at the key; the emulator finds keys of one's own account only."""
    with pytest.raises(ClientError) as refused:
        accounts.client("kms", reader).describe_key(KeyId=key_arn)
    return str(refused.value.response["Error"]["Code"])


def test_a_policy_that_names_nobody_else_refuses(
    accounts: Accounts, reader: Mapping[str, str]
) -> None:
    closed = key(accounts, f"arn:aws:iam::{ACCOUNT}:root")
    assert answer(accounts, reader, closed) == "AccessDeniedException"


def test_a_policy_that_names_the_other_account_lets_its_role_in(
    accounts: Accounts, reader: Mapping[str, str]
) -> None:
    shared = key(accounts, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER}:role/reader")
    assert answer(accounts, reader, shared) == "NotFoundException"
