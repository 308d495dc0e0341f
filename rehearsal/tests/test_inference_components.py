"""Inference components: what SageMaker refuses of them, how they answer, sleep and wake."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from accounts_of_tests import ACCOUNT, OF_JOBS, Accounts
from botocore.exceptions import ClientError
from served_models import model_archive

pytestmark = pytest.mark.app

BUCKET, ROLE = "components-of-tests", f"arn:aws:iam::{ACCOUNT}:role/componentserving"
SLEEPING = {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 2}
DIMENSION = "sagemaker:inference-component:DesiredCopyCount"
Resources = dict[str, Any]
NUMBERS = iter(range(1000))


@pytest.fixture(scope="session")  # as the accounts
def store(accounts: Accounts) -> Callable[..., str]:
    """Puts a model that answers with its name into S3, and says where."""
    accounts.emulator.offer_sagemaker_python(Path(sys.executable))
    s3 = accounts.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    reading = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    others = {"Effect": "Allow", "Action": [*OF_JOBS], "Resource": "*"}
    accounts.role("componentserving", "sagemaker.amazonaws.com", reading, others)

    def put(name: str, *, fails: str = "") -> str:
        s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=model_archive(name, fails=fails))
        return f"s3://{BUCKET}/{name}.tar.gz"

    return put


def resource(kind: str, **properties: Any) -> Resources:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def name_of(logical_id: str, kind: str) -> Resources:
    return {"Fn::GetAtt": [logical_id, f"{kind}Name"]}


def endpoint(name: str, model: str, *, copies: int = 1, **component: Any) -> Resources:
    """A component on an endpoint of the same name, but for what is given of the component."""
    variant = {
        "VariantName": "AllTraffic",
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
        "ManagedInstanceScaling": SLEEPING,
    }
    own = {
        "InferenceComponentName": name,
        "EndpointName": name_of("Endpoint", "Endpoint"),
        "VariantName": "AllTraffic",
        "Specification": {
            "ModelName": name_of("Model", "Model"),
            "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024},
        },
        "RuntimeConfig": {"CopyCount": copies},
        **component,
    }
    return {
        "Model": resource(
            "SageMaker::Model",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": "image", "ModelDataUrl": model},
        ),
        "Config": resource(
            "SageMaker::EndpointConfig", ExecutionRoleArn=ROLE, ProductionVariants=[variant]
        ),
        "Endpoint": resource(
            "SageMaker::Endpoint",
            EndpointName=name,
            EndpointConfigName=name_of("Config", "EndpointConfig"),
        ),
        "Component": resource("SageMaker::InferenceComponent", **own),
    }


def scaled(name: str, *, dimension: str = DIMENSION) -> Resources:
    """What takes the copies of a component to zero, and one back when a request finds none."""
    target = resource(
        "ApplicationAutoScaling::ScalableTarget",
        MinCapacity=0,
        MaxCapacity=2,
        ResourceId=f"inference-component/{name}",
        ScalableDimension=dimension,
        ServiceNamespace="sagemaker",
    )
    policy = resource(
        "ApplicationAutoScaling::ScalingPolicy",
        PolicyName=f"{name}-waking",
        PolicyType="StepScaling",
        ScalingTargetId={"Ref": "Target"},
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    alarm = watching(name, "waiting", "NoCapacityInvocationFailures", {"Ref": "Policy"})
    return {"Target": {**target, "DependsOn": "Component"}, "Policy": policy, "Waiting": alarm}


def watching(name: str, what: str, metric: str, *actions: Any) -> Resources:
    """An alarm on a metric of a component."""
    return resource(
        "CloudWatch::Alarm",
        AlarmName=f"{name}-{what}",
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": "InferenceComponentName", "Value": name}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=list(actions),
    )


def in_batches(percent: int, *alarms: Resources) -> Resources:
    policy = {
        "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": percent},
        "WaitIntervalInSeconds": 600,
    }
    watched = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm} for alarm in alarms]}}
    return {"RollingUpdatePolicy": policy, **(watched if alarms else {})}


def ask(accounts: Accounts, name: str, body: str = "any", **names: str) -> str:
    """The answer of an endpoint, or the message of its refusal."""
    request = {"InferenceComponentName": name, **names}
    given = {key: value for key, value in request.items() if value}
    try:
        answer = accounts.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=name, ContentType="text/csv", Body=body, **given
        )
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return str(answer["Body"].read().decode())


def copies(accounts: Accounts, name: str) -> int:
    described = accounts.client("sagemaker").describe_inference_component(
        InferenceComponentName=name
    )
    assert described["InferenceComponentStatus"] == "InService"
    return int(described["RuntimeConfig"]["CurrentCopyCount"])


def test_a_component_answers_takes_a_new_version_and_goes_with_its_stack(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    first, second = (endpoint("lifelong", store(name)) for name in ("first", "second"))
    assert accounts.deploy("lifelong", first) == ("CREATE_COMPLETE", "")
    assert ask(accounts, "lifelong") == "first"
    assert accounts.update("lifelong", second) == ("UPDATE_COMPLETE", "")
    assert ask(accounts, "lifelong") == "second"
    alone = {key: row for key, row in second.items() if key != "Component"}
    assert accounts.update("lifelong", alone) == ("UPDATE_COMPLETE", "")
    assert "ValidationError" in ask(accounts, "lifelong")
    with pytest.raises(ClientError, match="ValidationException"):
        copies(accounts, "lifelong")


def test_a_request_names_a_component_of_the_endpoint(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    for name in ("named", "neighbour"):
        assert accounts.deploy(name, endpoint(name, store(name))) == ("CREATE_COMPLETE", "")
    assert ask(accounts, "named") == "named"
    without = ask(accounts, "named", InferenceComponentName="")
    assert without.startswith("ValidationError: Inference Component Name header is required")
    assert "not on endpoint named" in ask(accounts, "named", InferenceComponentName="neighbour")
    assert "Could not find" in ask(accounts, "named", InferenceComponentName="nobodys")


def test_who_asks_a_component_has_both_permissions(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    assert accounts.deploy("asked", endpoint("asked", store("asked"))) == ("CREATE_COMPLETE", "")
    place = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}"
    of_endpoint, of_component = f"{place}:endpoint/asked", f"{place}:inference-component/asked"
    answers = []
    for number, resources in enumerate(([of_endpoint], [of_endpoint, of_component])):
        allowed = {"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": resources}
        answers.append(ask_as(accounts, f"asking-{number}", allowed, "asked"))
    assert answers == ["AccessDeniedException", "asked"]


def ask_as(accounts: Accounts, role: str, allowed: Resources, name: str) -> str:
    """The answer that a role gets, or the code of its refusal."""
    arn = accounts.role(role, "lambda.amazonaws.com", allowed)
    given = accounts.emulator.service_credentials(arn, "lambda.amazonaws.com", "asking")
    runtime = accounts.client("sagemaker-runtime", given)
    try:
        answer = runtime.invoke_endpoint(EndpointName=name, InferenceComponentName=name, Body="any")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return str(answer["Body"].read().decode())


MEMORY = {"MinMemoryRequiredInMb": 100}
OF_NO_MODEL = {"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}}
SMALL = {"ModelName": name_of("Model", "Model"), "ComputeResourceRequirements": MEMORY}


@pytest.mark.parametrize(
    ("component", "words"),
    [
        ({"EndpointName": "nobodys-endpoint"}, "Could not find"),
        ({"VariantName": "Another"}, "VariantName must be one of AllTraffic"),
        ({"Specification": OF_NO_MODEL}, "Specification.ModelName is required"),
        ({"Specification": SMALL}, "MinMemoryRequiredInMb"),
        ({"DeploymentConfig": in_batches(25)}, "between 5% and 50% of 1 copies"),
    ],
)
def test_what_sagemaker_refuses_of_a_component_is_refused(
    accounts: Accounts, store: Callable[..., str], component: Resources, words: str
) -> None:
    name = f"refused-component-{next(NUMBERS)}"
    made = endpoint(name, store("refused"), **component)
    status, reason = accounts.deploy(name, made)
    assert status == "ROLLBACK_COMPLETE"
    assert words in reason


def with_model(made: Resources) -> None:
    """The endpoint serves a model, as a real-time one does."""
    del made["Config"]["Properties"]["ProductionVariants"][0]["ManagedInstanceScaling"]
    variant = made["Config"]["Properties"]["ProductionVariants"][0]
    variant["ModelName"] = name_of("Model", "Model")


def sleeping_with_model(made: Resources) -> None:
    with_model(made)
    variant = made["Config"]["Properties"]["ProductionVariants"][0]
    variant["ManagedInstanceScaling"] = SLEEPING


def without_role(made: Resources) -> None:
    del made["Config"]["Properties"]["ExecutionRoleArn"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (with_model, "has a model, so it cannot host inference components"),
        (sleeping_with_model, "MinInstanceCount 0 is supported with inference components only"),
        (without_role, "ExecutionRoleArn is required"),
    ],
)
def test_machines_that_are_not_for_components_are_refused(
    accounts: Accounts,
    store: Callable[..., str],
    change: Callable[[Resources], None],
    words: str,
) -> None:
    name = f"{change.__name__.replace('_', '-')}"
    made = endpoint(name, store("machines"))
    change(made)
    status, reason = accounts.deploy(name, made)
    assert status == "ROLLBACK_COMPLETE"
    assert words in reason


def test_an_endpoint_with_models_does_not_become_one_with_components(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    made = endpoint("turned", store("turned"))
    before = {key: made[key] for key in ("Model", "Config", "Endpoint")}
    before["Config"] = resource("SageMaker::EndpointConfig", ProductionVariants=[OF_A_MODEL])
    assert accounts.deploy("turned", before) == ("CREATE_COMPLETE", "")
    refused = ask(accounts, "turned")
    assert refused.startswith("ValidationError: Inference Component Name header is not allowed")
    status, reason = accounts.update("turned", made)
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot be updated to one with components" in reason


OF_A_MODEL = {
    "VariantName": "AllTraffic",
    "ModelName": name_of("Model", "Model"),
    "InitialInstanceCount": 1,
    "InstanceType": "ml.m5.large",
}


def test_a_component_without_copies_refuses_a_request_and_its_alarm_starts_one(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    made = endpoint("asleep", store("asleep")) | scaled("asleep")
    assert accounts.deploy("asleep", made) == ("CREATE_COMPLETE", "")
    assert copies(accounts, "asleep") == 1
    accounts.client("sagemaker").update_inference_component_runtime_config(
        InferenceComponentName="asleep", DesiredRuntimeConfig={"CopyCount": 0}
    )
    assert copies(accounts, "asleep") == 0
    refused = ask(accounts, "asleep")
    assert refused.startswith("ValidationError: Inference Component has no capacity to process")
    assert ask(accounts, "asleep") == "asleep"
    assert copies(accounts, "asleep") == 1


def test_nothing_starts_a_copy_where_nothing_is_scaled(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    made = endpoint("left-asleep", store("asleep"), copies=0)
    assert accounts.deploy("left-asleep", made) == ("CREATE_COMPLETE", "")
    assert ["has no capacity" in ask(accounts, "left-asleep") for _ in range(2)] == [True, True]


def test_application_auto_scaling_brings_copies_within_the_limits(
    accounts: Accounts, store: Callable[..., str]
) -> None:
    made = endpoint("bounded", store("bounded"), copies=5) | scaled("bounded")
    assert accounts.deploy("bounded", made) == ("CREATE_COMPLETE", "")
    assert copies(accounts, "bounded") == 2


@pytest.mark.parametrize(
    ("of", "dimension", "words"),
    [
        ("other-dimension", "sagemaker:variant:DesiredInstanceCount", "Unsupported service"),
        ("nobodys-component", DIMENSION, "Could not find"),
    ],
)
def test_a_target_names_a_component_and_its_dimension(
    accounts: Accounts, store: Callable[..., str], of: str, dimension: str, words: str
) -> None:
    stack = f"scaled-{of}"
    named = of if of == "nobodys-component" else stack
    made = endpoint(stack, store("scaled")) | scaled(named, dimension=dimension)
    status, reason = accounts.deploy(stack, made)
    assert status == "ROLLBACK_COMPLETE"
    assert words in reason


@contextmanager
def traffic(accounts: Accounts, name: str, body: str) -> Iterator[None]:
    """Requests one after the other."""
    ended = threading.Event()

    def ask_on() -> None:
        while not ended.is_set():
            ask(accounts, name, body)
            time.sleep(0.05)

    thread = threading.Thread(target=ask_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    ("new", "fails", "status", "serves"),
    [
        ("able", "", "UPDATE_COMPLETE", "able"),
        ("unable", "rare", "UPDATE_ROLLBACK_COMPLETE", "old"),
    ],
)
def test_a_batch_of_copies_is_watched_by_the_alarms_of_the_component(
    accounts: Accounts, store: Callable[..., str], new: str, fails: str, status: str, serves: str
) -> None:
    name = f"batches-{new}"

    def made(model: str) -> Resources:
        deployed = in_batches(50, {"Ref": "Failing"})
        failing = watching(name, "errors", "Invocation5XXErrors")
        return endpoint(name, model, copies=2, DeploymentConfig=deployed) | {"Failing": failing}

    assert accounts.deploy(name, made(store("old"))) == ("CREATE_COMPLETE", "")
    with traffic(accounts, name, "rare"):
        found, reason = accounts.update(name, made(store(new, fails=fails)))
    assert found == status
    assert reason.endswith(f"the alarm {name}-errors was tripped") is bool(fails)
    assert ask(accounts, name, "rare") == serves
