"""What SageMaker refuses of each kind of endpoint, when its configuration is made or exchanged.

Developer Guide, "Deploy models with Amazon SageMaker Serverless Inference", feature exclusions: no
GPUs, marketplace packages, private registries, several models or variants, VPC configuration,
network isolation, data capture; "you cannot convert your instance-based, real-time endpoint to a
serverless endpoint". "Exclusions" of shadow tests: serverless and asynchronous inference.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ministack_aws.arns import arn
from ministack_aws.engine import ecr, sns
from ministack_aws.engine.requests import get_account_id, request_scope
from ministack_aws.engine.types import Properties, Record
from ministack_aws.sagemaker import job_deeds, model_registry
from ministack_aws.sagemaker.models import containers_of, find_model

REALTIME: Final = "realtime"
SERVERLESS: Final = "serverless"
ASYNCHRONOUS: Final = "asynchronous"
COMPONENTS: Final = "components"
MEMORY: Final = tuple(range(1024, 6145, 1024))
"""API_ProductionVariantServerlessConfig: "Valid values are in 1 GB increments"."""
OF_MACHINES: Final = (
    *("InstanceType", "InitialInstanceCount", "VolumeSizeInGB", "ManagedInstanceScaling"),
    *("InferenceAmiVersion", "ModelDataDownloadTimeoutInSeconds"),
)


def kind_of(config: Properties) -> str:
    """The kind of the endpoints that have a configuration."""
    if any("ServerlessConfig" in variant for variant in config["ProductionVariants"]):
        return SERVERLESS
    if not all(variant.get("ModelName") for variant in config["ProductionVariants"]):
        return COMPONENTS
    return ASYNCHRONOUS if config.get("AsyncInferenceConfig") else REALTIME


def refuse(config: Properties) -> None:
    """Refuse what CreateEndpointConfig refuses of a configuration's kind.

    Raises:
        ValueError: it would.
    """
    kind = kind_of(config)
    if kind != REALTIME and config.get("ShadowProductionVariants"):
        raise ValueError(f"ShadowProductionVariants are not supported for {kind} inference.")
    if kind != SERVERLESS:
        for text in _refusals_of_machines(config, kind):
            raise ValueError(text)
        return
    for text in _refusals(config):
        raise ValueError(text)


def _refusals_of_machines(config: Properties, kind: str) -> Iterator[str]:
    """Developer Guide, "Scale an endpoint to zero instances": "An endpoint can scale to and from
    zero instances only if it hosts inference components"; API_CreateEndpointConfig."""
    if kind == COMPONENTS and not config.get("ExecutionRoleArn"):
        yield "ExecutionRoleArn is required for endpoints with inference components."
    if kind == COMPONENTS and config.get("AsyncInferenceConfig"):
        yield "AsyncInferenceConfig is not supported for endpoints with inference components."
    for variant in config["ProductionVariants"]:
        if not variant.get("InstanceType") or not variant.get("InitialInstanceCount"):
            yield "InstanceType and InitialInstanceCount are required."
        scaling = variant.get("ManagedInstanceScaling") or {}
        least, most = (int(scaling.get(f"{n}InstanceCount", 1)) for n in ("Min", "Max"))
        if scaling and kind != COMPONENTS and least < 1:
            yield "MinInstanceCount 0 is supported with inference components only."
        if scaling and not least <= int(variant["InitialInstanceCount"]) <= most:
            yield "InitialInstanceCount must be between MinInstanceCount and MaxInstanceCount."


def _refusals(config: Properties) -> Iterator[str]:
    variants = config["ProductionVariants"]
    if len(variants) > 1:
        yield "Multiple production variants are not supported for serverless inference."
    for name in ("DataCaptureConfig", "AsyncInferenceConfig", "VpcConfig"):
        if config.get(name):
            yield f"{name} is not supported for serverless inference."
    for variant in variants:
        yield from (
            f"{name} is not supported with ServerlessConfig."
            for name in OF_MACHINES
            if variant.get(name) is not None
        )
        if int(variant["ServerlessConfig"]["MemorySizeInMB"]) not in MEMORY:
            yield f"MemorySizeInMB must be one of {', '.join(map(str, MEMORY))}."
        yield from _model_refusals(find_model(variant["ModelName"])[1])


def _model_refusals(model: Properties) -> Iterator[str]:
    if model.get("VpcConfig"):
        yield "VpcConfig is not supported for serverless inference."
    if str(model.get("EnableNetworkIsolation", False)).lower() == "true":
        yield "Network isolation is not supported for serverless inference."
    containers = containers_of(model)
    if len(containers) > 1:
        yield "Inference pipelines are not supported for serverless inference."
    for container in containers:
        if not _may_be_served(_image(container)):
            # github.com/aws/amazon-sagemaker-feedback/issues/181
            yield (
                "The container image URI is not a prebuilt SageMaker algorithm or deep learning "
                "image, or the bring-your-own container image URI does not reside in an Amazon ECR "
                "repository within the same AWS account creating the endpoint."
            )


def _image(container: Record) -> str:
    version = container.get("ModelPackageName")
    if not version:
        return str(container.get("Image", ""))
    specification = model_registry.package(version)["InferenceSpecification"]
    return str(specification["Containers"][0]["Image"])


def _may_be_served(image: str) -> bool:
    """Images of AWS are in no repository of this emulator."""
    found = job_deeds.ADDRESS.fullmatch(image)
    if not found or found[1] == get_account_id():
        return True
    with request_scope(found[1], found[2]):
        return found[3] not in ecr.repositories()


def refuse_exchange(before: Properties, after: Properties) -> None:
    """Refuse to make another kind of an endpoint with machines.

    Raises:
        ValueError: that is wanted.
    """
    if kind_of(after) == SERVERLESS != kind_of(before):
        raise ValueError("An instance-based endpoint cannot be updated to a serverless endpoint.")
    if (kind_of(after) == COMPONENTS) != (kind_of(before) == COMPONENTS):
        raise ValueError("An endpoint with models cannot be updated to one with components.")


def answers_refusal(config: Properties, role: str) -> str | None:
    """Why a role cannot leave the answers of an asynchronous endpoint and tell of them.

    SageMaker sends a test notification when the endpoint is made, and when it is updated (Developer
    Guide, "Asynchronous Inference", "Create Endpoint").
    """
    asked: Mapping[str, Any] = config.get("AsyncInferenceConfig") or {}
    output = asked.get("OutputConfig") or {}
    places = [
        str(output[name]).replace("s3://", "arn:aws:s3:::").rstrip("/") + "/answer"
        for name in ("S3OutputPath", "S3FailurePath")
        if output.get(name)
    ]
    topics = list((output.get("NotificationConfig") or {}).values())
    missing = [topic for topic in topics if topic not in sns.topics()]
    if missing:
        return f"Topic does not exist: {missing[0]}"
    return job_deeds.answers_refusal(places, _keys(output.get("KmsKeyId")), role) or (
        job_deeds.topics_refusal(topics, _keys(*map(_key_of, topics)), role)
    )


def _key_of(topic: str) -> str:
    return str(sns.topics()[topic].get("attributes", {}).get("KmsMasterKeyId", ""))


def _keys(*keys: str | None) -> Sequence[str]:
    return [k if k.startswith("arn:") else arn("kms", f"key/{k}") for k in keys if k]
