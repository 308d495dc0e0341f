"""A pipeline that scores a batch: a model of a registered version, and a transform job."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from pipeline_runs import pipeline_steps
from served_models import model_archive

pytestmark = pytest.mark.app

OTHER = "444455556666"
BUCKET = "batches-of-tests"
TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}
NEEDED = (
    *("sagemaker:CreateModel", "sagemaker:CreateTransformJob", "s3:*", "kms:Decrypt"),
    *OF_JOBS,
)
ACROSS_ACCOUNTS = ("sagemaker:DescribeModelPackage", "sagemaker:CreateModel")


@pytest.fixture(scope="session")  # as the accounts: made once, in whatever order tests come
def version(accounts: Accounts) -> str:
    """The ARN of a registered version; its bucket has a batch of two objects."""
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    key = accounts.client("kms").create_key()["KeyMetadata"]["Arn"]
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=model_archive("scored"), **encryption)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(TLS_ONLY))
    for name in ("one.csv", "two.csv"):
        s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=b"1,2")
    make_group(accounts, "batch")
    return registered(accounts.client("sagemaker"), "batch")


def make_group(accounts: Accounts, name: str) -> None:
    """A model package group, which CloudFormation makes."""
    group = {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        "Properties": {"ModelPackageGroupName": name},
    }
    assert accounts.deploy(f"{name}-group", {"G": group}) == ("CREATE_COMPLETE", "")


def registered(sagemaker: Any, group: str) -> str:
    """The ARN of a new version of a group."""
    container = {
        "Image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/i:1",
        "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
    }
    made = sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(made["ModelPackageArn"])


def registered_elsewhere(accounts: Accounts, group: str, user: str, *actions: str) -> str:
    """The ARN of a version of another account, with what its group's policy lets a role do."""
    other = replace(accounts, account=OTHER)
    make_group(other, group)
    version = registered(other.client("sagemaker"), group)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": list(actions),
        "Resource": f"{version.rpartition('/')[0]}/*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{user}"}},
    }
    other.client("sagemaker").put_model_package_group_policy(
        ModelPackageGroupName=group,
        ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    return version


def scored(accounts: Accounts, name: str, version: str, *actions: str) -> list[dict[str, Any]]:
    """The steps of a run whose role may do these actions."""
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    role = accounts.role(name, "sagemaker.amazonaws.com", allowed)
    place = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/in/"}}
    model = {"ExecutionRoleArn": role, "Containers": [{"ModelPackageName": version}]}
    transform = {
        "ModelName": {"Get": "Steps.Model.ModelName"},
        "TransformInput": {"ContentType": "text/csv", "DataSource": place},
        "TransformOutput": {"Accept": "text/csv", "S3OutputPath": f"s3://{BUCKET}/{name}"},
    }
    return pipeline_steps(
        accounts,
        name,
        role,
        {"Name": "Model", "Type": "Model", "Arguments": model},
        {"Name": "Score", "Type": "Transform", "Arguments": transform},
    )


def test_every_object_of_a_batch_gets_its_scores(accounts: Accounts, version: str) -> None:
    steps = scored(accounts, "scores", version, *NEEDED)
    assert [step["StepStatus"] for step in steps] == ["Succeeded", "Succeeded"], steps
    s3 = accounts.client("s3")
    keys = [row["Key"] for row in s3.list_objects_v2(Bucket=BUCKET, Prefix="scores/")["Contents"]]
    assert keys == ["scores/one.csv.out", "scores/two.csv.out"]
    assert s3.get_object(Bucket=BUCKET, Key=keys[0])["Body"].read() == b"scored"


@pytest.mark.parametrize("action", NEEDED[:2])
def test_the_role_needs_each_action(accounts: Accounts, version: str, action: str) -> None:
    name = f"without-{action.partition(':')[2]}"
    rest = [needed for needed in NEEDED if needed != action]
    last = scored(accounts, name, version, *rest)[-1]
    assert last["StepStatus"] == "Failed"
    assert action in last["FailureReason"]


def test_a_version_of_another_account_is_used_where_both_sides_allow_it(
    accounts: Accounts, version: str
) -> None:
    elsewhere = registered_elsewhere(accounts, "shared", "shared", *ACROSS_ACCOUNTS)
    steps = scored(accounts, "shared", elsewhere, *NEEDED, *ACROSS_ACCOUNTS)
    assert [step["StepStatus"] for step in steps] == ["Succeeded", "Succeeded"], steps


@pytest.mark.parametrize(
    ("name", "role_may", "group_lets", "refused"),
    [
        ("role", NEEDED, ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[0]),
        ("group-create", ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[:1], ACROSS_ACCOUNTS[1]),
        ("group-describe", ACROSS_ACCOUNTS, ACROSS_ACCOUNTS[1:], ACROSS_ACCOUNTS[0]),
    ],
)
def test_one_side_is_not_enough_for_a_version_of_another_account(
    accounts: Accounts,
    version: str,
    name: str,
    role_may: tuple[str, ...],
    group_lets: tuple[str, ...],
    refused: str,
) -> None:
    elsewhere = registered_elsewhere(accounts, name, name, *group_lets)
    last = scored(accounts, name, elsewhere, *role_may)[-1]
    assert last["StepStatus"] == "Failed"
    assert refused in last["FailureReason"]
