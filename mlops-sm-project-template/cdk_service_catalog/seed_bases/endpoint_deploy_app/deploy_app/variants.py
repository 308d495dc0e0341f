"""What is behind an endpoint, by its kind: a model, machines or memory, and where answers go."""

import math
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app import names
from deploy_app.execution_role import ExecutionRole
from deploy_app.instances import takes_volume_key
from deploy_app.kinds import Kind
from deploy_app.model import ACKNOWLEDGED, inside, version_model
from deploy_app.network import Network
from deploy_app.stage_config import Shadow, StageConfig
from deploy_app.topics import Topics

VARIANT, SHADOW = "AllTraffic", "Shadow"
"""The job that compares traffic leaves out captures of a shadow, by this name."""
MAXIMUM_ROLLOUT = 28800
"""Seconds (API Reference, BlueGreenUpdatePolicy and InferenceComponentRollingUpdatePolicy)."""
STARTING = 900
"""Seconds for the machines of a batch, and for the model on them."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the stage has for its endpoint; `topics` are those of an asynchronous one."""

    network: Network
    role: ExecutionRole
    bucket: s3.IBucket
    key: kms.IKey
    topics: Topics | None = None


def make_model(
    scope: Construct, config: StageConfig, model_package_arn: str, stage: Surroundings
) -> sagemaker.CfnModel:
    """The chosen version, without a network of its own where SageMaker can do without.

    Its name is CloudFormation's, because a new version replaces it.
    """
    # SageMaker refuses both for serverless endpoints: see kinds.py.
    network = None if config.kind is Kind.SERVERLESS else stage.network
    return version_model(scope, model_package_arn, stage.role, network=network)


def make_configuration(
    scope: Construct, config: StageConfig, model: sagemaker.CfnModel, stage: Surroundings
) -> sagemaker.CfnEndpointConfig:
    """The configuration of an endpoint; its name is CloudFormation's, as the model's."""
    variant: dict[str, Any] = {
        "variantName": VARIANT,
        "initialVariantWeight": 1,
        **_capacity(config),
    }
    has_components = config.kind is Kind.COMPONENTS
    if not has_components:
        variant["modelName"] = model.attr_model_name
    shadow = config.shadow if config.kind is Kind.REALTIME else None
    has_volumes = config.kind is not Kind.SERVERLESS
    encrypted = has_volumes and takes_volume_key(config.variant.instance_type)
    # Components bring models to machines that are there before them: the endpoint itself has the
    # role and the network (API Reference, CreateEndpointConfig).
    of_components = {"execution_role_arn": stage.role.role.role_arn, **inside(stage.network)}
    configuration = sagemaker.CfnEndpointConfig(
        scope,
        "Configuration",
        production_variants=[variant],
        shadow_production_variants=[_shadowed(variant, shadow)] if shadow else None,
        kms_key_id=stage.key.key_arn if encrypted else None,
        data_capture_config=_capture(config, stage) if config.kind is Kind.REALTIME else None,
        async_inference_config=(
            _answers(config, stage) if config.kind is Kind.ASYNCHRONOUS else None
        ),
        **(of_components if has_components else {}),
    )
    # SageMaker checks the role when it makes the endpoint.
    configuration.node.add_dependency(stage.role.policy)
    configuration.add_metadata(ACKNOWLEDGED, config.ai_controls)
    return configuration


def _capacity(config: StageConfig) -> dict[str, Any]:
    """Memory, or machines of a number: one that Auto Scaling or the copies of components decide."""
    if config.kind is Kind.SERVERLESS:
        return _memory(config)
    if config.kind is Kind.COMPONENTS:
        return {**_machines(config), "managedInstanceScaling": _by_copies(config)}
    return {**_machines(config), **_starting(config)}


def _by_copies(config: StageConfig) -> dict[str, Any]:
    """SageMaker starts and ends machines as copies need them.

    While a version is exchanged, its first copies start beside the old ones: that takes room.
    """
    limits = config.auto_scaling
    share = config.rollout.canary_percent if config.has_canary else 0
    besides = max(1, math.ceil(limits.maximum_instances * share / 100))
    return {
        "status": "ENABLED",
        "minInstanceCount": limits.minimum_instances,
        "maxInstanceCount": limits.maximum_instances + besides,
    }


def _starting(config: StageConfig) -> dict[str, Any]:
    variant = config.variant
    return {
        "modelDataDownloadTimeoutInSeconds": variant.model_download_seconds,
        "containerStartupHealthCheckTimeoutInSeconds": variant.startup_seconds,
    }


def _memory(config: StageConfig) -> dict[str, Any]:
    size = config.serverless
    if size is None:
        raise ValueError("a serverless endpoint without a size is refused by StageConfig")
    return {
        "serverlessConfig": {
            "memorySizeInMb": size.memory_megabytes,
            "maxConcurrency": size.maximum_concurrency,
        }
    }


def _machines(config: StageConfig) -> dict[str, Any]:
    variant = config.variant
    return {
        "initialInstanceCount": variant.initial_instance_count,
        "instanceType": variant.instance_type,
        "volumeSizeInGb": variant.volume_gigabytes,
        "inferenceAmiVersion": variant.inference_ami,
    }


def make_component(
    scope: Construct,
    config: StageConfig,
    name: str,
    endpoint: sagemaker.CfnEndpoint,
    model: sagemaker.CfnModel,
    alarms: list[cloudwatch.CfnAlarm],
) -> sagemaker.CfnInferenceComponent:
    """The model on the machines of an endpoint; the component is called as the endpoint is.

    A new version is exchanged in it, in batches while the alarms watch, or at once.
    """
    copy = config.component
    if copy is None:
        raise ValueError("kind: components without component is refused by StageConfig")
    return sagemaker.CfnInferenceComponent(
        scope,
        "Component",
        inference_component_name=name,
        endpoint_name=endpoint.attr_endpoint_name,
        variant_name=VARIANT,
        specification={
            "modelName": model.attr_model_name,
            "computeResourceRequirements": {
                "minMemoryRequiredInMb": copy.memory_megabytes,
                "numberOfAcceleratorDevicesRequired": copy.accelerators,
            },
            "startupParameters": _starting(config),
        },
        runtime_config={"copyCount": config.variant.initial_instance_count},
        deployment_config=_in_batches(config, alarms) if config.has_canary else None,
    )


def _in_batches(config: StageConfig, alarms: list[cloudwatch.CfnAlarm]) -> dict[str, Any]:
    """A share of the copies after the other (API Reference,
    InferenceComponentRollingUpdatePolicy)."""
    rollout = config.rollout
    batches = math.ceil(100 / rollout.canary_percent)
    seconds = 3600 + batches * (rollout.wait_minutes * 60 + STARTING)
    return {
        "rollingUpdatePolicy": {
            "maximumBatchSize": {"type": "CAPACITY_PERCENT", "value": rollout.canary_percent},
            "waitIntervalInSeconds": rollout.wait_minutes * 60,
            "maximumExecutionTimeoutInSeconds": min(MAXIMUM_ROLLOUT, seconds),
        },
        "autoRollbackConfiguration": {"alarms": [{"alarmName": alarm.ref} for alarm in alarms]},
    }


def _shadowed(variant: dict[str, Any], shadow: Shadow) -> dict[str, Any]:
    """The same model on the shadow's machines; its weight is the share that is copied.

    Sources: API Reference, CreateEndpointConfig, ShadowProductionVariants ("you can only specify
    one variant for ProductionVariants and one variant for ShadowProductionVariants"); Developer
    Guide, "Testing models with shadow variants".
    """
    return {
        **variant,
        "variantName": SHADOW,
        "initialVariantWeight": shadow.percent / 100,
        "instanceType": shadow.instance_type,
        "initialInstanceCount": shadow.instance_count,
    }


def _capture(config: StageConfig, stage: Surroundings) -> dict[str, Any]:
    return {
        "enableCapture": config.is_captured,
        "initialSamplingPercentage": config.data_capture.sampling_percentage,
        "destinationS3Uri": stage.bucket.s3_url_for_object(names.CAPTURED),
        "kmsKeyId": stage.key.key_arn,
        "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
        "captureContentTypeHeader": {
            "csvContentTypes": ["text/csv"],
            "jsonContentTypes": ["application/json"],
        },
    }


def _answers(config: StageConfig, stage: Surroundings) -> dict[str, Any]:
    """Answers and failures below the endpoint's own prefix, encrypted, and who is told of them."""
    at_a_time = config.asynchronous.invocations_at_a_time if config.asynchronous else None
    topics = stage.topics
    return {
        "clientConfig": {"maxConcurrentInvocationsPerInstance": at_a_time} if at_a_time else None,
        "outputConfig": {
            "s3OutputPath": stage.bucket.s3_url_for_object(f"{names.ASYNCHRONOUS}/answers"),
            "s3FailurePath": stage.bucket.s3_url_for_object(f"{names.ASYNCHRONOUS}/failures"),
            "kmsKeyId": stage.key.key_arn,
            "notificationConfig": (
                {"successTopic": topics.done, "errorTopic": topics.failed} if topics else None
            ),
        },
    }
