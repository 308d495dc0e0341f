"""A real-time endpoint: model, configuration, rollout with alarms, scaling."""

from typing import Any

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app.execution_role import ExecutionRole
from deploy_app.instances import takes_volume_key
from deploy_app.network import Network
from deploy_app.stage_config import Alarms, Rollout, StageConfig

VARIANT = "AllTraffic"
ACKNOWLEDGED = "AIControls"
"""Key of metadata: AWS Security Hub's AI controls that a resource breaks, with the reasons."""
FROM_ECR = {
    "SageMaker.19": "the image is in ECR, which the VPC reaches through endpoints of its own; the "
    "control asks for a Docker registry outside of ECR, which a model package cannot name"
}


class Endpoint(Construct):
    """Exposes `arn`, `name`, `configuration_ref` and `model_ref` (ARNs)."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        config: StageConfig,
        model_package_arn: str,
        network: Network,
        role: ExecutionRole,
        bucket: s3.IBucket,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        # Model and configuration get names of CloudFormation, because a new version replaces them.
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role.role_arn,
            enable_network_isolation=True,
            containers=[{"modelPackageName": model_package_arn}],
            vpc_config={
                "subnets": network.subnet_ids,
                "securityGroupIds": [network.security_group_id],
            },
        )
        model.add_metadata(ACKNOWLEDGED, FROM_ECR)
        # The role must be able to read the model when CreateModel checks it.
        model.node.add_dependency(role.policy)
        variant = config.variant
        configuration = sagemaker.CfnEndpointConfig(
            self,
            "Configuration",
            production_variants=[
                {
                    "variantName": VARIANT,
                    "modelName": model.attr_model_name,
                    "initialInstanceCount": variant.initial_instance_count,
                    "initialVariantWeight": 1,
                    "instanceType": variant.instance_type,
                    "volumeSizeInGb": variant.volume_gigabytes,
                    "modelDataDownloadTimeoutInSeconds": variant.model_download_seconds,
                    "containerStartupHealthCheckTimeoutInSeconds": variant.startup_seconds,
                    "inferenceAmiVersion": variant.inference_ami,
                }
            ],
            kms_key_id=key.key_arn if takes_volume_key(variant.instance_type) else None,
            data_capture_config={
                "enableCapture": config.data_capture.sampling_percentage > 0,
                "initialSamplingPercentage": config.data_capture.sampling_percentage,
                "destinationS3Uri": bucket.s3_url_for_object("captured"),
                "kmsKeyId": key.key_arn,
                "captureOptions": [{"captureMode": "Input"}, {"captureMode": "Output"}],
                "captureContentTypeHeader": {
                    "csvContentTypes": ["text/csv"],
                    "jsonContentTypes": ["application/json"],
                },
            },
        )
        configuration.add_metadata(ACKNOWLEDGED, config.ai_controls)
        alarms = _alarms(self, name, config.alarms)
        endpoint = sagemaker.CfnEndpoint(
            self,
            "Endpoint",
            endpoint_name=name,
            endpoint_config_name=configuration.attr_endpoint_config_name,
            deployment_config=_deployment(config.rollout, alarms),
            # A scaled endpoint keeps its machines when a new version comes: to retain is true
            # (SageMaker API Reference, UpdateEndpoint). The rest is what the stage's file says.
            retain_all_variant_properties=True,
            exclude_retained_variant_properties=[
                {"variantPropertyType": kind} for kind in ("DesiredWeight", "DataCaptureConfig")
            ],
        )
        _scale(self, name, config, endpoint)
        self.name = name
        self.arn = endpoint.ref
        self.configuration_ref = configuration.ref
        self.model_ref = model.ref


def _deployment(rollout: Rollout, alarms: list[cloudwatch.CfnAlarm]) -> Any:
    if not rollout.canary:
        return None
    return {
        "blueGreenUpdatePolicy": {
            "trafficRoutingConfiguration": {
                "type": "CANARY",
                "canarySize": {"type": "CAPACITY_PERCENT", "value": rollout.canary_percent},
                "waitIntervalInSeconds": rollout.wait_minutes * 60,
            },
            "terminationWaitInSeconds": 300,
            "maximumExecutionTimeoutInSeconds": 3600 + 2 * rollout.wait_minutes * 60,
        },
        "autoRollbackConfiguration": {
            "alarms": [{"alarmName": alarm.ref} for alarm in alarms],
        },
    }


def _alarms(scope: Construct, endpoint: str, limits: Alarms) -> list[cloudwatch.CfnAlarm]:
    dimensions = [
        {"name": "EndpointName", "value": endpoint},
        {"name": "VariantName", "value": VARIANT},
    ]
    topics = [limits.notification_topic_arn] if limits.notification_topic_arn else None
    common = {
        "namespace": "AWS/SageMaker",
        "dimensions": dimensions,
        "period": 60,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        # No request is no error.
        "treat_missing_data": "notBreaching",
        "alarm_actions": topics,
    }
    return [
        cloudwatch.CfnAlarm(
            scope,
            "ServerErrors",
            alarm_name=f"{endpoint}-server-errors",
            alarm_description=f"{endpoint} answers with 5xx",
            metric_name="Invocation5XXErrors",
            statistic="Sum",
            threshold=limits.server_errors,
            **common,
        ),
        cloudwatch.CfnAlarm(
            scope,
            "Latency",
            alarm_name=f"{endpoint}-latency",
            alarm_description=f"{endpoint} answers slowly",
            metric_name="ModelLatency",
            extended_statistic="p95",
            # The metric is in microseconds.
            threshold=limits.latency_milliseconds * 1000,
            **common,
        ),
    ]


def _scale(
    scope: Construct, endpoint_name: str, config: StageConfig, endpoint: sagemaker.CfnEndpoint
) -> None:
    limits = config.auto_scaling
    resource_id = f"endpoint/{endpoint_name}/variant/{VARIANT}"
    target = scaling.CfnScalableTarget(
        scope,
        "ScalableTarget",
        service_namespace="sagemaker",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        resource_id=resource_id,
        min_capacity=limits.minimum_instances,
        max_capacity=limits.maximum_instances,
    )
    target.node.add_dependency(endpoint)
    scaling.CfnScalingPolicy(
        scope,
        "ScalingPolicy",
        policy_name=f"{endpoint_name}-invocations",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration={
            "predefinedMetricSpecification": {
                "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            "targetValue": limits.invocations_per_instance,
            "scaleInCooldown": 300,
            "scaleOutCooldown": 60,
        },
    )
