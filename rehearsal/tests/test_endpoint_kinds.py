"""Serverless and asynchronous endpoints: what SageMaker refuses of them, and how they answer."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from botocore.exceptions import ClientError
from served_models import TYPES, model_archive

pytestmark = pytest.mark.app

BUCKET, ROLE = "answers-of-tests", f"arn:aws:iam::{ACCOUNT}:role/answering"
NUMBERS = iter(range(1000))
SIZE = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
MACHINE = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


@pytest.fixture(scope="session")  # as the accounts
def put(accounts: Accounts) -> Callable[..., str]:
    """Puts a model that answers with its name into S3, and says where."""
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    data = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    topics = {"Action": "sns:Publish", "Resource": f"arn:aws:sns:eu-west-1:{ACCOUNT}:told"}
    others = {"Action": [*OF_JOBS], "Resource": "*"}
    allowed = [{"Effect": "Allow", **row} for row in (data, topics, others)]
    accounts.role("answering", "sagemaker.amazonaws.com", *allowed)

    def put_model(name: str, *, fails: str = "") -> str:
        s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=model_archive(name, fails=fails))
        return f"s3://{BUCKET}/{name}.tar.gz"

    return put_model


def resources(
    name: str, model: str, variant: dict[str, Any], config: Any = None, of_model: Any = None
) -> dict[str, Any]:
    """A model with its configuration and endpoint."""
    return {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": ROLE,
                "PrimaryContainer": {"Image": "image", "ModelDataUrl": model},
                **(of_model or {}),
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {
                "ProductionVariants": [
                    {
                        "VariantName": "AllTraffic",
                        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                        "InitialVariantWeight": 1,
                        **variant,
                    }
                ],
                **(config or {}),
            },
        },
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": name,
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
            },
        },
    }


def answers(**notified: str) -> dict[str, Any]:
    output = {f"S3{what}Path": f"s3://{BUCKET}/{what.lower()}" for what in ("Output", "Failure")}
    told = {"NotificationConfig": notified} if notified else {}
    return {"AsyncInferenceConfig": {"OutputConfig": {**output, **told}}}


CAPTURE = {
    "DataCaptureConfig": {
        "InitialSamplingPercentage": 1,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
}


@pytest.mark.parametrize(
    ("variant", "config", "of_model", "words"),
    [
        ({"ServerlessConfig": SIZE}, CAPTURE, {}, "DataCaptureConfig is not supported"),
        ({"ServerlessConfig": SIZE}, {}, {"EnableNetworkIsolation": True}, "isolation is not"),
        ({"ServerlessConfig": SIZE}, answers(), {}, "AsyncInferenceConfig is not supported"),
        ({"ServerlessConfig": SIZE, **MACHINE}, {}, {}, "not supported with ServerlessConfig"),
        ({"ServerlessConfig": {**SIZE, "MemorySizeInMB": 1500}}, {}, {}, "must be one of"),
        ({}, {}, {}, "InstanceType and InitialInstanceCount are required"),
    ],
)
def test_what_sagemaker_refuses_of_a_kind_is_refused(
    accounts: Accounts,
    put: Callable[..., str],
    variant: dict[str, Any],
    config: Any,
    of_model: Any,
    words: str,
) -> None:
    name = f"refused-{next(NUMBERS)}"
    made = resources(name, put("refused"), variant, config, of_model)
    status, reason = accounts.deploy(name, made)
    assert status == "ROLLBACK_COMPLETE"
    assert words in reason


def test_a_serverless_endpoint_answers_and_no_endpoint_with_machines_becomes_one(
    accounts: Accounts, put: Callable[..., str]
) -> None:
    runtime = accounts.client("sagemaker-runtime")
    model = put("serverless")
    of_size = resources("small", model, {"ServerlessConfig": SIZE})
    assert accounts.deploy("small", of_size) == ("CREATE_COMPLETE", "")
    answer = runtime.invoke_endpoint(EndpointName="small", ContentType="text/csv", Body=b"a")
    assert answer["Body"].read() == b"serverless"
    with_machines = resources("endpoint-with-machines", model, MACHINE)
    assert accounts.deploy("endpoint-with-machines", with_machines) == ("CREATE_COMPLETE", "")
    status, reason = accounts.update(
        "endpoint-with-machines",
        resources("endpoint-with-machines", model, {"ServerlessConfig": SIZE}),
    )
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot be updated to a serverless endpoint" in reason


@pytest.fixture(scope="module")
def waiting(accounts: Accounts, put: Callable[..., str]) -> Iterator[str]:
    """An asynchronous endpoint that fails for one request."""
    accounts.client("sns").create_topic(Name="told")
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:told"
    made = resources(
        "later", put("later", fails="rare"), MACHINE, answers(SuccessTopic=topic, ErrorTopic=topic)
    )
    assert accounts.deploy("later", made) == ("CREATE_COMPLETE", "")
    yield "later"


def content(accounts: Accounts, uri: str) -> bytes | None:
    """What is at a URI, as soon as it is there."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    for _ in range(100):
        try:
            found: bytes = accounts.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
            return found
        except ClientError:
            time.sleep(0.1)
    return None


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        (b"any", "OutputLocation", b"later"),
        (b"rare", "FailureLocation", b"server error (500)"),
        (TYPES.encode(), "OutputLocation", b"text/tab-separated-values"),
    ],
)
def test_an_asynchronous_endpoint_answers_in_s3(
    accounts: Accounts, waiting: str, body: bytes, where: str, words: bytes
) -> None:
    accounts.client("s3").put_object(Bucket=BUCKET, Key="in", Body=body)
    accepted = accounts.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=waiting,
        ContentType="text/csv",
        Accept="text/tab-separated-values",
        InputLocation=f"s3://{BUCKET}/in",
    )
    found = content(accounts, accepted[where])
    assert found is not None
    assert words in found


def test_an_asynchronous_endpoint_does_not_answer_at_once(accounts: Accounts, waiting: str) -> None:
    with pytest.raises(ClientError, match="use InvokeEndpointAsync"):
        accounts.client("sagemaker-runtime").invoke_endpoint(EndpointName=waiting, Body=b"any")


def test_a_role_that_may_not_tell_a_topic_stops_the_endpoint(
    accounts: Accounts, put: Callable[..., str]
) -> None:
    accounts.client("sns").create_topic(Name="of-others")
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:of-others"
    made = resources("untold", put("untold"), MACHINE, answers(SuccessTopic=topic))
    status, reason = accounts.deploy("untold", made)
    assert status == "ROLLBACK_COMPLETE"
    assert "sns:Publish" in reason


EXPRESSION = "IF(failures > 0 AND (failures >= 20 * share OR share == 1), 100 * share, 0)"


def alarm(name: str) -> dict[str, Any]:
    """An alarm on the share of failures."""
    dimensions = {"EndpointName": name, "VariantName": "AllTraffic"}
    metric = {
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
    }
    parts = {"failures": "Sum", "share": "Average"}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": f"{name}-errors",
            "Metrics": [
                {"Id": "percent", "Expression": EXPRESSION, "ReturnData": True},
                *(
                    {
                        "Id": part,
                        "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic},
                        "ReturnData": False,
                    }
                    for part, statistic in parts.items()
                ),
            ],
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 1,
            "Threshold": 5,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
        },
    }


def state(accounts: Accounts, name: str) -> str:
    """The state of an alarm, judged now."""
    cloudwatch = accounts.client("cloudwatch")
    # The emulator judges alarms when a metric comes.
    cloudwatch.put_metric_data(Namespace="tests", MetricData=[{"MetricName": "m", "Value": 1}])
    (found,) = cloudwatch.describe_alarms(AlarmNames=[f"{name}-errors"])["MetricAlarms"]
    return str(found["StateValue"])


@pytest.mark.parametrize(
    ("requests", "rings"),
    [
        (["rare"], True),  # every request fails, however few they are
        (["any"] * 10 + ["rare"], False),  # one of a few
        (["any"] * 19 + ["rare"], True),  # 5 percent of twenty
        (["any"] * 40 + ["rare"], False),  # less than that
    ],
)
def test_an_alarm_looks_at_the_share_of_failures(
    accounts: Accounts, put: Callable[..., str], requests: list[str], rings: bool
) -> None:
    name = f"share-{next(NUMBERS)}"
    made = resources(name, put("share", fails="rare"), MACHINE) | {"Alarm": alarm(name)}
    assert accounts.deploy(name, made) == ("CREATE_COMPLETE", "")
    runtime = accounts.client("sagemaker-runtime")
    for body in requests:
        try:
            runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=body)
        except ClientError as error:
            assert body != "any", json.dumps(error.response, default=str)
    assert (state(accounts, name) == "ALARM") is rings
