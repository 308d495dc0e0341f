"""Each step asks for what SageMaker takes, by the service model of botocore.

What is known at execution alone, such as `{"Get": ...}`, is replaced by a value of its type. The
keys of a step are those of the schema of definitions that AWS publishes
(aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from ml_pipelines.discovery import get_pipeline, pipeline_modules
from ml_pipelines.settings import EXAMPLE

OPERATIONS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Training": ("CreateTrainingJob", "TrainingJobName"),
    "Transform": ("CreateTransformJob", "TransformJobName"),
    "Model": ("CreateModel", "ModelName"),
    "RegisterModel": ("CreateModelPackage", ""),
}
"""The operation of a type of step, and the name that a pipeline gives."""
PLAIN = {"Condition", "Fail", "Lambda"}
OF_STEPS = {
    *("Name", "Type", "Arguments", "DependsOn", "DisplayName", "Description"),
    *("PropertyFiles", "CacheConfig", "RetryPolicies", "OutputParameters", "FunctionArn"),
}
EXCEPTIONS = {
    *("Step.SERVICE_FAULT", "Step.THROTTLING"),
    *("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"),
}
"""SageMaker Developer Guide, "Retry Policy for Pipeline Steps"."""
FUNCTIONS = {"Get", "Std:Join", "Std:JsonGet"}
VALUES = {"integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True}
MODEL = boto3.client(
    "sagemaker", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
).meta.service_model


def steps(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in found:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from steps(step["Arguments"].get(branch, []))


DEFINITIONS = {
    name: json.loads(get_pipeline(name, EXAMPLE).definition()) for name in pipeline_modules()
}
STEPS = [
    pytest.param(step, id=f"{name} {step['Name']}")
    for name, definition in DEFINITIONS.items()
    for step in steps(definition["Steps"])
]


def known(value: Any, shape: Any) -> Any:
    """A value as it may be at execution."""
    if isinstance(value, Mapping) and len(value) == 1 and {*value} <= FUNCTIONS:
        return VALUES.get(shape.type_name, "s3://bucket/key")
    if shape.type_name == "structure" and isinstance(value, Mapping):
        members = shape.members
        return {k: known(v, members[k]) if k in members else v for k, v in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [known(each, shape.member) for each in value]
    if shape.type_name == "map" and isinstance(value, Mapping):
        return {k: known(v, shape.value) for k, v in value.items()}
    return value


def strange(value: Any, shape: Any, *path: str) -> Iterator[str]:
    """Keys that the service does not know, which the validator passes over."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for key, each in value.items():
            if key in shape.members:
                yield from strange(each, shape.members[key], *path, key)
            else:
                yield ".".join((*path, key))
    elif shape.type_name == "list" and isinstance(value, list):
        for each in value:
            yield from strange(each, shape.member, *path)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_asks_for_what_its_operation_takes(step: dict[str, Any]) -> None:
    if step["Type"] in PLAIN:
        return
    operation, name = OPERATIONS[step["Type"]]
    shape = MODEL.operation_model(operation).input_shape
    request = known(step["Arguments"], shape)
    if name:
        request = {name: "given-by-the-pipeline", **request}
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    assert not [*strange(request, shape)]


@pytest.mark.parametrize("step", STEPS)
def test_a_step_has_the_keys_of_a_step_and_is_tried_again(step: dict[str, Any]) -> None:
    assert {*step} <= OF_STEPS
    policies = step.get("RetryPolicies", [])
    assert bool(policies) == (step["Type"] in OPERATIONS), step["Name"]
    named = [kind for policy in policies for kind in policy["ExceptionType"]]
    assert len(named) == len({*named})
    assert {*named} <= EXCEPTIONS
    assert not policies or {"SageMaker.CAPACITY_ERROR", "Step.THROTTLING"} <= {*named}
    for policy in policies:
        # One of the two ends it; the last interval is at most twelve hours.
        assert ("MaxAttempts" in policy) != ("ExpireAfterMin" in policy)
        assert 1 <= policy["MaxAttempts"] <= 20
        last = policy["IntervalSeconds"] * policy["BackoffRate"] ** (policy["MaxAttempts"] - 1)
        assert last <= 43200
