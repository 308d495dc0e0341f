"""An object under a key of KMS is written and read with the key only, from any account."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError

pytestmark = pytest.mark.app

SERVICE = "sagemaker.amazonaws.com"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
VIA_S3 = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def policy(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


@pytest.fixture(scope="session")  # as the accounts: made once, in whatever order tests come
def bucket(accounts: Accounts) -> str:
    """A bucket whose objects lie under a key that the account's policies decide about."""
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [policy("kms:*", Principal={"AWS": ROOT})]}
    )
    key = accounts.client("kms").create_key(Policy=document)["KeyMetadata"]["Arn"]
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]}
    status, reason = accounts.deploy(
        "encrypted",
        {
            "B": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": "encrypted-of-tests", "BucketEncryption": rule},
            }
        },
    )
    assert status == "CREATE_COMPLETE", reason
    accounts.client("s3").put_object(Bucket="encrypted-of-tests", Key="there", Body=b"text")
    return "encrypted-of-tests"


@pytest.fixture
def caller(accounts: Accounts, request: pytest.FixtureRequest) -> Callable[..., Any]:
    """S3 as a role with these statements sees it."""

    def made(*statements: Mapping[str, Any]) -> Any:
        name = f"role-{abs(hash(request.node.name))}"[:60]
        role = accounts.role(name, SERVICE, *statements)
        return accounts.client("s3", accounts.emulator.service_credentials(role, SERVICE, "me"))

    return made


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Message"])


def test_reading_needs_the_key(bucket: str, caller: Callable[..., Any]) -> None:
    s3 = caller(policy("s3:*"))
    assert "kms:Decrypt" in refused(s3.get_object, Bucket=bucket, Key="there")


def test_writing_needs_the_key(bucket: str, caller: Callable[..., Any]) -> None:
    s3 = caller(policy("s3:*"), policy("kms:Decrypt"))
    said = refused(s3.put_object, Bucket=bucket, Key="new", Body=b"")
    assert "kms:GenerateDataKey" in said


def test_copying_needs_the_key_of_the_source(bucket: str, caller: Callable[..., Any]) -> None:
    s3 = caller(policy("s3:*"), policy("kms:GenerateDataKey"))
    source = {"Bucket": bucket, "Key": "there"}
    said = refused(s3.copy_object, Bucket=bucket, Key="copied", CopySource=source)
    assert "kms:Decrypt" in said


def test_a_part_of_a_large_object_needs_the_key(bucket: str, caller: Callable[..., Any]) -> None:
    s3 = caller(policy("s3:*"))
    said = refused(s3.create_multipart_upload, Bucket=bucket, Key="large")
    assert "kms:GenerateDataKey" in said


def test_with_the_key_all_of_it_works(bucket: str, caller: Callable[..., Any]) -> None:
    s3 = caller(policy("s3:*"), policy("kms:Decrypt", "kms:GenerateDataKey", Condition=VIA_S3))
    s3.put_object(Bucket=bucket, Key="own", Body=b"own")
    assert s3.get_object(Bucket=bucket, Key="own")["Body"].read() == b"own"


def test_an_object_without_a_key_needs_none(
    accounts: Accounts, bucket: str, caller: Callable[..., Any]
) -> None:
    accounts.client("s3").put_object(
        Bucket=bucket, Key="plain", Body=b"plain", ServerSideEncryption="AES256"
    )
    read = caller(policy("s3:*")).get_object(Bucket=bucket, Key="plain")
    assert read["Body"].read() == b"plain"


def test_the_key_that_aws_manages_is_for_everybody_of_the_account(
    bucket: str, caller: Callable[..., Any]
) -> None:
    s3 = caller(policy("s3:*"))
    s3.put_object(Bucket=bucket, Key="managed", Body=b"text", ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket=bucket, Key="managed")["Body"].read() == b"text"
