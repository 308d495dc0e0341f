"""Canary deployments of an endpoint: shares of the traffic, alarms, and the way back."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from botocore.exceptions import ClientError
from served_models import model_archive

pytestmark = pytest.mark.app

BUCKET = "models-of-tests"


@pytest.fixture(scope="session")  # as the accounts: made once, in whatever order tests come
def models(accounts: Accounts) -> Callable[..., str]:
    """Puts a model that answers with its name into S3, and says where."""
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    others = {"Effect": "Allow", "Action": [*OF_JOBS], "Resource": "*"}
    accounts.role("serving", "sagemaker.amazonaws.com", reading, others)

    def put(name: str, *, fails: str = "") -> str:
        content = model_archive(name, fails=fails)
        s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=content)
        return f"s3://{BUCKET}/{name}.tar.gz"

    return put


def endpoint(name: str, model: str, *, canary: int = 20, bad_minutes: int = 1) -> dict[str, Any]:
    """The resources of an endpoint whose canary is watched by an alarm on errors.

    Args:
        bad_minutes: how many, of three where it is more than one, trip the alarm.
    """
    dimensions = {"EndpointName": name, "VariantName": "AllTraffic"}
    routing = {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": canary},
        "WaitIntervalInSeconds": 600,
    }
    if not canary:
        routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 600}
    alarm = {
        "AlarmName": f"{name}-errors",
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocation5XXErrors",
        "Dimensions": [{"Name": k, "Value": v} for k, v in dimensions.items()],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 3 if bad_minutes > 1 else 1,
        "DatapointsToAlarm": bad_minutes,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "InitialVariantWeight": 1,
    }
    return {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/serving",
                "PrimaryContainer": {"Image": "image", "ModelDataUrl": model},
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "Properties": {"ProductionVariants": [variant]},
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointName": name,
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                "DeploymentConfig": {
                    "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
                    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": {"Ref": "Alarm"}}]},
                },
            },
        },
    }


@contextmanager
def traffic(accounts: Accounts, name: str, body: str, pause: float = 0) -> Iterator[Counter[str]]:
    """Requests one after the other, with so many seconds between them; counts the answers."""
    ended, answers = threading.Event(), Counter[str]()
    runtime = accounts.client("sagemaker-runtime")

    def ask_on() -> None:
        while not ended.is_set():
            answers[ask(runtime, name, body)] += 1
            time.sleep(pause)

    thread = threading.Thread(target=ask_on)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def ask(runtime: Any, name: str, body: str) -> str:
    try:
        answer = runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=body)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return str(answer["Body"].read().decode())


def test_a_canary_that_fails_is_rolled_back(accounts: Accounts, models: Callable[..., str]) -> None:
    assert accounts.deploy("fails", endpoint("fails", models("good"))) == ("CREATE_COMPLETE", "")
    with traffic(accounts, "fails", "rare") as answers:
        status, reason = accounts.update("fails", endpoint("fails", models("bad", fails="rare")))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert reason.endswith("was rolled back: the alarm fails-errors was tripped")
    assert answers["ModelError"] >= 1
    assert ask(accounts.client("sagemaker-runtime"), "fails", "rare") == "good"


def test_a_canary_that_fails_is_seen_in_the_few_requests_of_a_slow_model(
    accounts: Accounts, models: Callable[..., str]
) -> None:
    def made(model: str) -> dict[str, Any]:
        return endpoint("slow", model, bad_minutes=2)

    assert accounts.deploy("slow", made(models("able"))) == ("CREATE_COMPLETE", "")
    with traffic(accounts, "slow", "rare", pause=0.6):
        status, reason = accounts.update("slow", made(models("unable", fails="rare")))
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert reason.endswith("was rolled back: the alarm slow-errors was tripped")


def test_a_canary_that_answers_takes_all_of_the_traffic(
    accounts: Accounts, models: Callable[..., str]
) -> None:
    assert accounts.deploy("works", endpoint("works", models("old"))) == ("CREATE_COMPLETE", "")
    with traffic(accounts, "works", "any") as answers:
        assert accounts.update("works", endpoint("works", models("new"))) == ("UPDATE_COMPLETE", "")
        share = answers["new"] / answers.total()
    assert 0.05 < share < 0.5, answers
    assert ask(accounts.client("sagemaker-runtime"), "works", "any") == "new"


def test_errors_of_another_endpoint_trip_nothing(
    accounts: Accounts, models: Callable[..., str]
) -> None:
    runtime = accounts.client("sagemaker-runtime")
    accounts.deploy("noisy", endpoint("noisy", models("noisy", fails="rare")))
    accounts.deploy("quiet", endpoint("quiet", models("before")))
    assert ask(runtime, "noisy", "rare") == "ModelError"
    assert accounts.update("quiet", endpoint("quiet", models("after"))) == ("UPDATE_COMPLETE", "")


def test_without_a_canary_nobody_waits_for_alarms(
    accounts: Accounts, models: Callable[..., str]
) -> None:
    accounts.deploy("at-once", endpoint("at-once", models("first"), canary=0))
    with traffic(accounts, "at-once", "rare"):
        ended = accounts.update(
            "at-once", endpoint("at-once", models("second", fails="rare"), canary=0)
        )
    assert ended == ("UPDATE_COMPLETE", "")


def test_requests_are_counted_where_cloudwatch_shows_them(
    accounts: Accounts, models: Callable[..., str]
) -> None:
    accounts.deploy("counted", endpoint("counted", models("counted", fails="rare")))
    runtime = accounts.client("sagemaker-runtime")
    assert [ask(runtime, "counted", body) for body in ("a", "rare", "b")] == [
        "counted",
        "ModelError",
        "counted",
    ]
    assert [
        total(accounts, "counted", name) for name in ("Invocations", "Invocation5XXErrors")
    ] == [
        3,
        1,
    ]


def total(accounts: Accounts, name: str, metric: str) -> float:
    dimensions = {"EndpointName": name, "VariantName": "AllTraffic"}
    found = accounts.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
        StartTime="2020-01-01",
        EndTime="2100-01-01",
        Period=86400 * 365,
        Statistics=["Sum"],
    )
    return sum(float(point["Sum"]) for point in found["Datapoints"])
