"""What seals a model: objects written once, a function as a step, what a version records."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, Accounts
from botocore.exceptions import ClientError
from pipeline_runs import pipeline_steps

pytestmark = pytest.mark.app

BUCKET = "sealed-of-tests"
ONCE = {
    "Null": {"s3:if-none-match": "true"},
    "Bool": {"s3:ObjectCreationOperation": "true"},
}
FUNCTION = """
def handler(event, context):
    if event["source"] == "bad":
        raise ValueError("this is no model")
    return {"uri": event["source"] + "-sealed", "sha256": "ab", "size": 7}
"""
SEAL = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:seal-of-tests"
GROUP = "group-of-sealing"


@pytest.fixture(scope="module")
def s3(accounts: Accounts) -> Any:
    client = accounts.client("s3")
    location = {"LocationConstraint": "eu-west-1"}
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/once/*",
        "Condition": ONCE,
    }
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": [deny]}))
    arn = accounts.role(
        "writer-of-tests",
        "sagemaker.amazonaws.com",
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    )
    credentials = accounts.emulator.service_credentials(arn, "sagemaker.amazonaws.com", "me")
    return accounts.client("s3", credentials)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return str(error.value.response["Error"]["Code"])


def test_a_write_without_the_condition_is_refused_where_the_bucket_asks_for_it(s3: Any) -> None:
    assert refused(s3.put_object, Bucket=BUCKET, Key="once/a", Body=b"a") == "AccessDenied"
    s3.put_object(Bucket=BUCKET, Key="elsewhere", Body=b"a")
    s3.put_object(Bucket=BUCKET, Key="once/a", Body=b"a", IfNoneMatch="*")
    again = {"Bucket": BUCKET, "Key": "once/a", "Body": b"b", "IfNoneMatch": "*"}
    assert refused(s3.put_object, **again) == "PreconditionFailed"


def test_of_an_upload_in_parts_the_completion_alone_carries_the_condition(s3: Any) -> None:
    target = {"Bucket": BUCKET, "Key": "once/parts"}
    named = {**target, "UploadId": s3.create_multipart_upload(**target)["UploadId"]}
    tag = s3.upload_part(**named, PartNumber=1, Body=b"part")["ETag"]
    parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}
    assert refused(s3.complete_multipart_upload, **named, **parts) == "AccessDenied"
    s3.complete_multipart_upload(**named, **parts, IfNoneMatch="*")
    assert s3.get_object(**target)["Body"].read() == b"part"


@pytest.fixture(scope="module")
def seal(accounts: Accounts) -> Iterator[str]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("seal.py", FUNCTION)
    accounts.client("lambda").create_function(
        FunctionName="seal-of-tests",
        Runtime="python3.13",
        Handler="seal.handler",
        Role=accounts.role("function-of-tests", "lambda.amazonaws.com"),
        Code={"ZipFile": packed.getvalue()},
    )
    yield SEAL


def lambda_step(source: str, *outputs: tuple[str, str]) -> dict[str, Any]:
    return {
        "Name": "Seal",
        "Type": "Lambda",
        "FunctionArn": SEAL,
        "Arguments": {"source": source},
        "OutputParameters": [{"OutputName": n, "OutputType": kind} for n, kind in outputs],
    }


INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": SEAL}
REGISTER = {"Effect": "Allow", "Action": "sagemaker:CreateModelPackage", "Resource": "*"}


def run(accounts: Accounts, name: str, *steps: dict[str, Any], statements: Any) -> Any:
    role = accounts.role(f"role-{name}", "sagemaker.amazonaws.com", *statements)
    return pipeline_steps(accounts, f"sealing-{name}", role, *steps)


def version(model: Any, **more: Any) -> dict[str, Any]:
    container = {"Image": "image", "ModelDataUrl": model}
    return {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": GROUP,
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            **more,
        },
    }


@pytest.fixture(scope="module")
def group(accounts: Accounts) -> str:
    properties = {"ModelPackageGroupName": GROUP}
    kind = "AWS::SageMaker::ModelPackageGroup"
    status, reason = accounts.deploy("sealing", {"G": {"Type": kind, "Properties": properties}})
    assert status == "CREATE_COMPLETE", reason
    return GROUP


def test_a_version_is_registered_with_what_the_function_has_answered(
    accounts: Accounts, seal: str, group: str
) -> None:
    output = "Steps.Seal.OutputParameters['{}']"
    register = version(
        {"Get": output.format("uri")},
        CustomerMetadataProperties={"ModelSha256": {"Get": output.format("sha256")}},
    )
    steps = run(
        accounts,
        "seals",
        lambda_step("s3://b/model", ("uri", "String"), ("sha256", "String")),
        register,
        statements=(INVOKE, REGISTER),
    )
    assert [s["StepStatus"] for s in steps] == ["Succeeded"] * 2, steps
    sagemaker = accounts.client("sagemaker")
    (found,) = sagemaker.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    described = sagemaker.describe_model_package(ModelPackageName=found["ModelPackageArn"])
    (container,) = described["InferenceSpecification"]["Containers"]
    assert container["ModelDataUrl"] == "s3://b/model-sealed"
    assert described["CustomerMetadataProperties"] == {"ModelSha256": "ab"}


@pytest.mark.parametrize(
    ("name", "step", "statements", "words"),
    [
        ("forbidden", lambda_step("x"), (REGISTER,), "lambda:InvokeFunction"),
        ("failing", lambda_step("bad"), (INVOKE,), "this is no model"),
        ("silent", lambda_step("x", ("etag", "String")), (INVOKE,), "output 'etag'"),
        ("mistyped", lambda_step("x", ("size", "String")), (INVOKE,), "not of the type String"),
    ],
)
def test_a_function_that_does_not_seal_stops_the_pipeline(
    accounts: Accounts, seal: str, name: str, step: Any, statements: Any, words: str
) -> None:
    (found,) = run(accounts, name, step, statements=statements)
    assert found["StepStatus"] == "Failed"
    assert words in found["FailureReason"]


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("unknown", {"ModelSha256": "ab"}, "Unknown parameter"),
        ("number", {"CustomerMetadataProperties": {"Metric": 5.5}}, "Invalid type"),
        ("long", {"CustomerMetadataProperties": {"Metric": "x" * 257}}, "failed to satisfy"),
    ],
)
def test_a_version_takes_what_the_service_takes(
    accounts: Accounts, group: str, name: str, more: Any, words: str
) -> None:
    (found,) = run(accounts, name, version("s3://b/m", **more), statements=(REGISTER,))
    assert found["StepStatus"] == "Failed"
    assert words in found["FailureReason"]
