"""Models and configurations of endpoints by name, and the processes that serve them."""

from collections.abc import Mapping
from typing import Final

from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import s3
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Properties, Record
from ministack_aws.sagemaker import isolation, job_roles, model_registry, model_servers, transfers

MODEL: Final = "AWS::SageMaker::Model"
CONFIG: Final = "AWS::SageMaker::EndpointConfig"
ENDPOINT: Final = "AWS::SageMaker::Endpoint"
COMPONENT: Final = "AWS::SageMaker::InferenceComponent"
KEY_HEADER: Final = "x-amz-server-side-encryption-aws-kms-key-id"


def server_of(variant: Record) -> tuple[Properties, int]:
    """The model that a variant serves, and the port at which it answers.

    Raises:
        ServiceError: its container does not start.
        ValueError: the model may not be read.
    """
    model_arn, model = find_model(variant["ModelName"])
    return model, port_of(model_arn, model)


def port_of(model_arn: str, model: Properties, also: Mapping[str, str] | None = None) -> int:
    """The port at which a model answers.

    Args:
        also: variables that SageMaker sets in its container.

    Raises:
        ServiceError: its container does not start.
        ValueError: the model may not be read.
    """
    container = container_of(model)
    variables = {**container.get("Environment", {}), **(also or {})}
    return model_servers.port_of(
        model_arn,
        {**container, "Environment": variables},
        lambda: archive(model),
        isolated=isolation.is_isolated(model),
    )


def containers_of(model: Properties) -> list[Record]:
    """The containers of a model, also of one that has a single one."""
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


def container_of(model: Properties) -> Record:
    """The one container of a model, as the version says where it names one."""
    (container,) = containers_of(model)
    version = container.get("ModelPackageName")
    if not version:
        return container
    specification = model_registry.package(version)["InferenceSpecification"]
    found: Record = specification["Containers"][0]
    return found


def archive(model: Properties) -> bytes:
    """The content of a model's archive, read as SageMaker does with the model's role.

    Raises:
        ValueError: the role may not read or decrypt it, in the words of a failed endpoint.
    """
    container = container_of(model)
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
