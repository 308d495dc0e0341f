"""Flow logs reach the archive of another account with the printed statements, and only with all."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts

from mlops_commons.accounts.owner_statements import OwnerStatements, owner_statements
from mlops_commons.config import load_config

pytestmark = pytest.mark.app

REGION = "eu-west-1"
ARCHIVE = "777788889999"
OPTIONS = {
    "FileFormat": "parquet",
    "HiveCompatiblePartitions": True,
    "PerHourPartition": False,
}
CONFIG = """\
cdk_app_config:
  org:
    flow_logs:
      bucket_arn: arn:aws:s3:::{bucket}/networks
      key_arn: {key}
      hive_partitions: true
  pipeline: {{account: "{account}", region: eu-west-1}}
  deployments:
    - set_name: retail
      stages:
        - {{stage_name: dev, account: "{account}"}}
"""


def administration(account: str) -> dict[str, Any]:
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    return {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}


def needed(folder: Path, bucket: str, key: str) -> dict[str, OwnerStatements]:
    file = folder / "cdk-app.yml"
    file.write_text(CONFIG.format(bucket=bucket, key=key, account=ACCOUNT))
    found = owner_statements(load_config(file, folder / "none.yml"))
    return {row.policy_of.split(":")[2]: row for row in found}


def without(row: OwnerStatements, sid: str) -> list[Mapping[str, Any]]:
    return [statement for statement in row.statements if statement["Sid"] != sid]


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("", ""),
        ("WriteFlowLogs", "s3:PutObject"),
        ("CheckBucketOfFlowLogs", "s3:GetBucketAcl"),
        ("EncryptFlowLogs", "kms:GenerateDataKey"),
    ],
)
def test_flow_logs_need_each_statement_of_the_archive(
    accounts: Accounts, tmp_path: Path, left_out: str, missing: str
) -> None:
    owner = Accounts(accounts.emulator, ARCHIVE)
    name = f"archive-{left_out.lower() or 'complete'}"
    bucket = f"{name}-{ARCHIVE}"
    kms = owner.client("kms")
    key = kms.create_key(Policy=json.dumps({"Statement": [administration(ARCHIVE)]}))
    arn = key["KeyMetadata"]["Arn"]
    printed = needed(tmp_path, bucket, arn)
    policy = [administration(ARCHIVE), *without(printed["kms"], left_out)]
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=json.dumps({"Statement": policy}))
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    rule = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]}
    statements = without(printed["s3"], left_out)
    made = owner.deploy(
        name,
        {
            "B": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": bucket, "BucketEncryption": rule},
            },
            "P": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Statement": statements}},
            },
        },
    )
    assert made == ("CREATE_COMPLETE", "")
    vpc = accounts.client("ec2").create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    flow_log = {
        "ResourceId": vpc,
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": f"arn:aws:s3:::{bucket}/networks/",
        "DestinationOptions": OPTIONS,
    }
    resources = {"F": {"Type": "AWS::EC2::FlowLog", "Properties": flow_log}}
    assert accounts.deploy(f"{name}-of-a-network", resources) == ("CREATE_COMPLETE", "")
    found = accounts.emulator.refused([(ACCOUNT, REGION)])
    reasons = [row["reason"] for row in found if row["service"] == "delivery.logs.amazonaws.com"]
    own = [reason for reason in reasons if bucket in reason or arn in reason]
    assert len(own) == bool(missing), own
    assert all(missing in reason for reason in own)
