"""A pipeline that scores a batch: a model of a registered version, and a transform job."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from pipeline_runs import pipeline_steps
from served_models import model_archive

pytestmark = pytest.mark.app

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
NEEDED = ("sagemaker:CreateModel", "sagemaker:CreateTransformJob", "s3:*", "kms:Decrypt")


@pytest.fixture(scope="module")
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
    group = {
        "Type": "AWS::SageMaker::ModelPackageGroup",
        "Properties": {"ModelPackageGroupName": "batch"},
    }
    assert accounts.deploy("batch-group", {"G": group}) == ("CREATE_COMPLETE", "")
    container = {
        "Image": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/i:1",
        "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz",
    }
    made = accounts.client("sagemaker").create_model_package(
        ModelPackageGroupName="batch",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    return str(made["ModelPackageArn"])


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
