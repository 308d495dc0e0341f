"""What is behind an endpoint, by its kind: a model, machines or memory, and where answers go."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app import names
from deploy_app.execution_role import ExecutionRole
from deploy_app.instances import takes_volume_key
from deploy_app.kinds import Kind
from deploy_app.network import Network
from deploy_app.stage_config import Shadow, StageConfig
from deploy_app.topics import Topics

VARIANT, SHADOW = "AllTraffic", "Shadow"
"""The job that compares traffic leaves out captures of a shadow, by this name."""
ACKNOWLEDGED = "AIControls"
"""Key of metadata: AWS Security Hub's AI controls that a resource breaks, with the reasons."""
FROM_ECR = {
    "SageMaker.19": "the image is in ECR, which the VPC reaches through endpoints of its own; the "
    "control asks for a Docker registry outside of ECR, which a model package cannot name"
}


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
    inside = {
        "enable_network_isolation": True,
        "vpc_config": {
            "subnets": stage.network.subnet_ids,
            "securityGroupIds": [stage.network.security_group_id],
        },
    }
    # SageMaker refuses both for serverless endpoints: see kinds.py.
    model = sagemaker.CfnModel(
        scope,
        "Model",
        execution_role_arn=stage.role.role.role_arn,
        containers=[{"modelPackageName": model_package_arn}],
        **({} if config.kind is Kind.SERVERLESS else inside),
    )
    model.add_metadata(ACKNOWLEDGED, FROM_ECR)
    # The role must be able to read the model when CreateModel checks it.
    model.node.add_dependency(stage.role.policy)
    return model


def make_configuration(
    scope: Construct, config: StageConfig, model: sagemaker.CfnModel, stage: Surroundings
) -> sagemaker.CfnEndpointConfig:
    """The configuration of an endpoint; its name is CloudFormation's, as the model's."""
    variant: dict[str, Any] = {
        "variantName": VARIANT,
        "modelName": model.attr_model_name,
        "initialVariantWeight": 1,
        **(_memory(config) if config.kind is Kind.SERVERLESS else _machines(config)),
    }
    shadow = config.shadow if config.kind is Kind.REALTIME else None
    has_volumes = config.kind is not Kind.SERVERLESS
    encrypted = has_volumes and takes_volume_key(config.variant.instance_type)
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
    )
    configuration.add_metadata(ACKNOWLEDGED, config.ai_controls)
    return configuration


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
        "modelDataDownloadTimeoutInSeconds": variant.model_download_seconds,
        "containerStartupHealthCheckTimeoutInSeconds": variant.startup_seconds,
        "inferenceAmiVersion": variant.inference_ami,
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
