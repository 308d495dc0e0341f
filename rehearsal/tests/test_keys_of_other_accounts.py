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


def test_a_policy_that_names_nobody_else_refuses(
    accounts: Accounts, reader: Mapping[str, str]
) -> None:
    closed = key(accounts, f"arn:aws:iam::{ACCOUNT}:root")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        accounts.client("kms", reader).describe_key(KeyId=closed)


def test_a_policy_that_names_the_other_account_lets_its_role_in(
    accounts: Accounts, reader: Mapping[str, str]
) -> None:
    shared = key(accounts, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER}:role/reader")
    kms = accounts.client("kms", reader)
    assert kms.describe_key(KeyId=shared)["KeyMetadata"]["Arn"] == shared
    with pytest.raises(ClientError, match="NotFoundException"):
        kms.describe_key(KeyId=shared.rpartition("/")[2])


def test_a_key_of_the_company_has_the_id_that_a_configuration_names(
    accounts: Accounts, reader: Mapping[str, str]
) -> None:
    named = "arn:aws:kms:eu-west-1:999999999999:key/mrk-1a2b3c4d5e6f47089a0b1c2d3e4f5061"
    kms = accounts.client("kms", reader)
    for principal, let_in in ((f"arn:aws:iam::{OTHER}:role/reader", True), (ACCOUNT, False)):
        statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
        policy = {"Statement": [{**statement, "Principal": {"AWS": principal}}]}
        accounts.emulator.own_key(named, policy)
        if let_in:
            sealed = kms.encrypt(KeyId=named, Plaintext=b"text")["CiphertextBlob"]
            assert kms.decrypt(KeyId=named, CiphertextBlob=sealed)["Plaintext"] == b"text"
        else:
            with pytest.raises(ClientError, match="AccessDeniedException"):
                kms.describe_key(KeyId=named)
