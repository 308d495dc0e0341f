"""Access logs reach the organization's bucket of their account with the printed statement."""

import json
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from command_lines import app_file
from laptops import Laptop

from mlops_commons.accounts.owner_statements import owner_statements
from mlops_commons.config import load_config

pytestmark = pytest.mark.app

REGION = "eu-west-1"
OTHER = "777788880000"
CONFIG = """\
cdk_app_config:
  org:
    access_logs: {{bucket_name: "{pattern}", folder: mlops}}
  pipeline: {{account: "{account}", region: eu-west-1}}
  deployments:
    - set_name: retail
      stages:
        - {{stage_name: dev, account: "{account}"}}
"""


def archive(pattern: str, folder: Path) -> tuple[str, list[Any]]:
    """The name of the account's bucket, and what its owners are told to add to its policy."""
    file = folder / "cdk-app.yml"
    file.write_text(CONFIG.format(pattern=pattern, account=ACCOUNT))
    (row,) = owner_statements(load_config(file, folder / "none.yml"))
    return row.policy_of.rpartition(":")[2], list(row.statements)


def bucket_of_logs(name: str, statements: list[Any]) -> dict[str, Any]:
    policy = {"Bucket": {"Ref": "L"}, "PolicyDocument": {"Statement": statements}}
    return {
        "L": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}},
        **({"P": {"Type": "AWS::S3::BucketPolicy", "Properties": policy}} if statements else {}),
    }


def logging_into(name: str) -> dict[str, Any]:
    logged = {"DestinationBucketName": name, "LogFilePrefix": "mlops/"}
    return {"B": {"Type": "AWS::S3::Bucket", "Properties": {"LoggingConfiguration": logged}}}


@pytest.mark.parametrize("told", [True, False])
def test_access_logs_need_the_statement(accounts: Accounts, tmp_path: Path, told: bool) -> None:
    bucket, statements = archive(f"acme-{told}-{{account}}".lower(), tmp_path)
    name = f"access-logs-{told}"
    made = accounts.deploy(name, bucket_of_logs(bucket, statements if told else []))
    assert made == ("CREATE_COMPLETE", "")
    assert accounts.deploy(f"{name}-of", logging_into(bucket)) == ("CREATE_COMPLETE", "")
    refused = accounts.emulator.refused([(ACCOUNT, REGION)])
    own = [row for row in refused if f"{bucket}/mlops/" in row["reason"]]
    assert bool(own) is not told


def test_a_bucket_of_another_account_and_one_that_is_not_there_are_refused(
    accounts: Accounts,
) -> None:
    bucket = f"acme-of-others-{OTHER}"
    made = Accounts(accounts.emulator, OTHER).deploy("others", bucket_of_logs(bucket, []))
    assert made == ("CREATE_COMPLETE", "")
    status, reason = accounts.deploy("logs-to-others", logging_into(bucket))
    assert status == "ROLLBACK_COMPLETE" and "must be the same" in reason
    status, reason = accounts.deploy("logs-to-nowhere", logging_into("acme-nowhere"))
    assert status == "ROLLBACK_COMPLETE" and "does not exist" in reason


def test_doctor_says_what_a_bucket_of_access_logs_lacks(accounts: Accounts, tmp_path: Path) -> None:
    laptop = Laptop(tmp_path, accounts)
    laptop.sign_in(aws_access_key_id=ACCOUNT, aws_secret_access_key="test")
    pattern = "acme-looked-at-{account}"
    bucket, statements = archive(pattern, tmp_path)
    file = app_file(laptop.root)
    org = f'cdk_app_config:\n  org: {{access_logs: {{bucket_name: "{pattern}", folder: mlops}}}}\n'
    file.write_text(file.read_text().replace("cdk_app_config:\n", org))
    assert said(laptop, bucket) == {f"there is no bucket {bucket} for access logs": "error"}
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    encrypt(s3, bucket, {"SSEAlgorithm": "aws:kms"})
    assert said(laptop, bucket) == {
        f"{bucket} is encrypted with aws:kms, and access logs need SSE-S3": "error",
        f"the policy of {bucket} does not let S3 write access logs of {ACCOUNT}": "error",
    }
    encrypt(s3, bucket, {"SSEAlgorithm": "AES256"})
    elsewhere = json.loads(json.dumps(statements).replace("mlops/*", "of-others/*"))
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": elsewhere}))
    assert set(said(laptop, bucket).values()) == {"error"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": statements}))
    assert said(laptop, bucket) == {f"{bucket} takes access logs": "ok"}


def encrypt(s3: Any, bucket: str, by_default: dict[str, str]) -> None:
    rule = {"ApplyServerSideEncryptionByDefault": by_default}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def said(laptop: Laptop, bucket: str) -> dict[str, str]:
    """What doctor says of a bucket, with the level of each."""
    findings = json.loads(laptop.run("doctor", "--json").stdout)
    return {row["message"]: row["level"] for row in findings if bucket in row["message"]}
