"""Models and endpoints: what AWS checks when they are made, and what describes them."""

import atexit
import functools
from typing import Any, Final

from ministack_aws.access.role_permissions import denied
from ministack_aws.cloudformation import service_role
from ministack_aws.cloudformation.records import STORE, all_of, key_of
from ministack_aws.engine import cloudformation, s3
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import (
    Answer,
    Attributes,
    Create,
    Delete,
    Operations,
    Properties,
    Record,
    Request,
    ResourceHandlers,
    Update,
)
from ministack_aws.errors import ServiceError
from ministack_aws.sagemaker import job_roles, model_registry, model_servers, rollouts, transfers

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"
KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"


def register(handlers: ResourceHandlers) -> None:
    """Check what AWS checks when models and endpoints are made; end their processes."""
    handlers[MODEL]["create"] = _model_created(handlers[MODEL]["create"])
    handlers[ENDPOINT]["create"] = _endpoint_made(handlers[ENDPOINT]["create"])
    handlers[ENDPOINT]["update"] = _endpoint_made(_baked(handlers[ENDPOINT]["update"]))
    # The endpoint answers while a deployment of it bakes.
    cloudformation.runs_on_worker_thread.wrap(
        lambda on_thread: lambda kind: kind == ENDPOINT or on_thread(kind)
    )
    handlers[MODEL]["delete"] = _model_deleted(handlers[MODEL]["delete"])
    atexit.register(model_servers.stop_all)


def _model_created(create: Create) -> Create:
    @functools.wraps(create)
    def created(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        for container in _containers(properties):
            version = container.get("ModelPackageName", "")
            if version and version.split(":")[4] != get_account_id():
                principal = service_role.principal_of(stack_name)
                for action in model_registry.NEEDED_ACROSS_ACCOUNTS:
                    # Both sides have to allow it.
                    refusal = denied(
                        principal, action, (version,), {}
                    ) or model_registry.group_refusal(version, principal, action)
                    if refusal:
                        raise ValueError(refusal)
        return create(logical_id, properties, stack_name)

    return created


def _model_deleted(delete: Delete) -> Delete:
    @functools.wraps(delete)
    def deleted(physical_id: str, properties: Properties) -> Any:
        model_servers.stop(physical_id)
        return delete(physical_id, properties)

    return deleted


def _endpoint_made(make: Update) -> Update:
    @functools.wraps(make)
    def made(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        properties = next(a for a in reversed(arguments) if isinstance(a, dict))
        for variant in find_config(properties["EndpointConfigName"])["ProductionVariants"]:
            archive(find_model(variant["ModelName"])[1])
        return make(*arguments, **options)

    return made


def _baked(update: Update) -> Update:
    @functools.wraps(update)
    def updated(
        physical_id: str, old: Properties, new: Properties, *rest: Any
    ) -> tuple[str, Attributes]:
        key = key_of(ENDPOINT, physical_id)
        if STORE[key]["EndpointConfigName"] != new["EndpointConfigName"]:
            for variant in find_config(new["EndpointConfigName"])["ProductionVariants"]:
                server_of(variant)
            rollouts.bake(key, new)
        return update(physical_id, old, new, *rest)

    return updated


def server_of(variant: Record) -> tuple[Properties, int]:
    """The model that a variant serves, and the port at which it answers.

    Raises:
        ServiceError: its container does not start.
        ValueError: the model may not be read.
    """
    model_arn, model = find_model(variant["ModelName"])
    return model, model_servers.port_of(model_arn, lambda: archive(model))


def _containers(model: Properties) -> list[Record]:
    return model.get("Containers") or [model["PrimaryContainer"]]


def named(resource_type: str, name: str) -> tuple[str, Properties]:
    """The physical id and the properties of what a name or an ARN means.

    Raises:
        ValueError: there is nothing of this name, in the words of a failed stack.
    """
    wanted = name.rpartition("/")[2].lower()
    for found, properties in all_of(resource_type):
        if found.rpartition("/")[2].lower() == wanted:
            return found, properties
    raise ValueError(f'Could not find {resource_type.rpartition(":")[2]} "{name}".')


def find_model(name: str) -> tuple[str, Properties]:
    """The ARN and the properties of a model."""
    return named(MODEL, name)


def find_config(name: str) -> Properties:
    """The properties of an endpoint configuration."""
    return named(CONFIG, name)[1]


def archive(model: Properties) -> bytes:
    """The content of a model's archive, read as SageMaker does with the model's role.

    Raises:
        ValueError: the role may not read or decrypt it, in the words of a failed endpoint.
    """
    (container,) = _containers(model)
    version = container.get("ModelPackageName")
    if version:
        specification = model_registry.package(version)["InferenceSpecification"]
        container = specification["Containers"][0]
    bucket, key = transfers.place(container["ModelDataUrl"])
    credentials = job_roles.assume(model["ExecutionRoleArn"])
    refusal = job_roles.refusal(credentials, "s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
    owner = s3.owner_of(bucket)
    with request_scope(owner or get_account_id(), get_region()):
        found = s3.buckets().get(bucket, {}).get("objects", {}).get(key, {})
        key_arn = s3.encryption_of_object(found).get(KEY_HEADER, "")
        content = s3.content_of(bucket, key, None)
    if not refusal and key_arn.startswith("arn:"):
        via = {"kms:viaservice": f"s3.{get_region()}.amazonaws.com"}
        refusal = job_roles.refusal(credentials, "kms:Decrypt", key_arn, via)
    if refusal or content is None:
        raise ValueError(
            f"Could not access model data at {container['ModelDataUrl']}. Please ensure that the "
            f'role "{model["ExecutionRoleArn"]}" exists and that its trust relationship policy '
            f'allows the action "sts:AssumeRole" for the service principal '
            f'"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" '
            f"permissions and that the object is located in {get_region()}. ({refusal})"
        )
    return content


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


NAMED_BY = {
    "DescribeEndpoint": ("endpoint", "EndpointName"),
    "DescribeEndpointConfig": ("endpoint-config", "EndpointConfigName"),
    "DescribeModel": ("model", "ModelName"),
}


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about; None where it is not one of these calls."""
    if operation not in NAMED_BY:
        return None
    kind, name = NAMED_BY[operation]
    place = f"{get_region()}:{get_account_id()}"
    return f"arn:aws:sagemaker:{place}:{kind}/{request[name].lower()}"


OPERATIONS: Final[Operations] = {
    "DescribeEndpoint": _describe_endpoint,
    "DescribeEndpointConfig": _describe_config,
    "DescribeModel": _describe_model,
    "ListEndpoints": _list_endpoints,
}
