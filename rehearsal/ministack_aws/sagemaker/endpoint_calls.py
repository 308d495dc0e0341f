"""Calls that describe models, endpoints, their configurations and components."""

from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of, key_of
from ministack_aws.engine.types import Answer, Operations, Properties, Record, Request
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import copies, rollouts
from ministack_aws.sagemaker.models import COMPONENT, CONFIG, ENDPOINT, MODEL, find_config, named


def _list_endpoints(request: Request) -> Answer:
    return {"Endpoints": [_endpoint(found, p) for found, p in all_of(ENDPOINT)]}


def _describe_endpoint(request: Request) -> Answer:
    found, properties = _or_missing(ENDPOINT, request["EndpointName"])
    config = find_config(properties["EndpointConfigName"])
    capture = config.get("DataCaptureConfig")
    return {
        **_endpoint(found, properties),
        "EndpointConfigName": properties["EndpointConfigName"].rpartition("/")[2],
        **({"DataCaptureConfig": {**capture, "CaptureStatus": "Started"}} if capture else {}),
    }


def _endpoint(found: str, properties: Properties) -> Record:
    updating = key_of(ENDPOINT, found) in rollouts.ROLLOUTS
    return {
        "EndpointArn": found,
        "EndpointName": properties["EndpointName"],
        "EndpointStatus": "Updating" if updating else "InService",
        "CreationTime": 0,
        "LastModifiedTime": 0,
    }


def _describe_config(request: Request) -> Answer:
    found, properties = _or_missing(CONFIG, request["EndpointConfigName"])
    name = found.rpartition("/")[2]
    return {**properties, "EndpointConfigName": name, "EndpointConfigArn": found, "CreationTime": 0}


def _describe_model(request: Request) -> Answer:
    found, properties = _or_missing(MODEL, request["ModelName"])
    name = found.rpartition("/")[2]
    return {**properties, "ModelName": name, "ModelArn": found, "CreationTime": 0}


def _or_missing(resource_type: str, name: str) -> tuple[str, Properties]:
    try:
        return named(resource_type, name)
    except ValueError as error:
        raise ServiceError("ValidationException", str(error)) from error


def _describe_component(request: Request) -> Answer:
    found, properties = _or_missing(COMPONENT, request["InferenceComponentName"])
    number = copies.of(properties)
    updating = key_of(COMPONENT, found) in rollouts.ROLLOUTS
    return {
        "InferenceComponentName": found.rpartition("/")[2],
        "InferenceComponentArn": found,
        "InferenceComponentStatus": "Updating" if updating else "InService",
        "EndpointName": properties["EndpointName"],
        "EndpointArn": named(ENDPOINT, properties["EndpointName"])[0],
        "VariantName": properties["VariantName"],
        "Specification": properties["Specification"],
        "RuntimeConfig": {"DesiredCopyCount": number, "CurrentCopyCount": number},
        "CreationTime": 0,
        "LastModifiedTime": 0,
    }


def _change_copies(request: Request) -> Answer:
    found, _ = _or_missing(COMPONENT, request["InferenceComponentName"])
    copies.change(key_of(COMPONENT, found), request["DesiredRuntimeConfig"]["CopyCount"])
    return {"InferenceComponentArn": found}


NAMED_BY: Final = {
    "DescribeEndpoint": ("endpoint", "EndpointName"),
    "DescribeEndpointConfig": ("endpoint-config", "EndpointConfigName"),
    "DescribeInferenceComponent": ("inference-component", "InferenceComponentName"),
    "DescribeModel": ("model", "ModelName"),
    "UpdateInferenceComponentRuntimeConfig": ("inference-component", "InferenceComponentName"),
}


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    if operation not in NAMED_BY:
        return None
    kind, name = NAMED_BY[operation]
    return arn("sagemaker", f"{kind}/{request[name].lower()}")


OPERATIONS: Final[Operations] = {
    "DescribeEndpoint": _describe_endpoint,
    "DescribeEndpointConfig": _describe_config,
    "DescribeInferenceComponent": _describe_component,
    "DescribeModel": _describe_model,
    "ListEndpoints": _list_endpoints,
    "UpdateInferenceComponentRuntimeConfig": _change_copies,
}
