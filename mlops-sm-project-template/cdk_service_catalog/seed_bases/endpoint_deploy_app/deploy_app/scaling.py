"""How the number of machines follows the load: the requests, or what waits for an answer."""

from typing import Any

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from deploy_app.kinds import Kind
from deploy_app.stage_config import Asynchronous, StageConfig
from deploy_app.variants import VARIANT


def add_scaling(
    scope: Construct, config: StageConfig, name: str, endpoint: sagemaker.CfnEndpoint
) -> None:
    """A target with its policies; nothing for a serverless endpoint, which scales by itself."""
    if config.kind is Kind.SERVERLESS:
        return
    limits = config.auto_scaling
    target = scaling.CfnScalableTarget(
        scope,
        "ScalableTarget",
        service_namespace="sagemaker",
        scalable_dimension="sagemaker:variant:DesiredInstanceCount",
        resource_id=f"endpoint/{name}/variant/{VARIANT}",
        min_capacity=limits.minimum_instances,
        max_capacity=limits.maximum_instances,
    )
    target.node.add_dependency(endpoint)
    waiting = config.kind is Kind.ASYNCHRONOUS
    scaling.CfnScalingPolicy(
        scope,
        "ScalingPolicy",
        policy_name=f"{name}-{'backlog' if waiting else 'invocations'}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration={
            **(_backlog(config, name) if waiting else _requests(config)),
            "scaleInCooldown": 300,
            "scaleOutCooldown": 60,
        },
    )
    if waiting and not limits.minimum_instances:
        _wake(scope, name, target)


def _requests(config: StageConfig) -> dict[str, Any]:
    return {
        "predefinedMetricSpecification": {
            "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
        },
        "targetValue": config.auto_scaling.invocations_per_instance,
    }


def _backlog(config: StageConfig, name: str) -> dict[str, Any]:
    """Requests are not counted here; what waits is.

    Source: SageMaker Developer Guide, "Autoscale an asynchronous endpoint".
    """
    return {
        "customizedMetricSpecification": {
            "metricName": "ApproximateBacklogSizePerInstance",
            "namespace": "AWS/SageMaker",
            "dimensions": [{"name": "EndpointName", "value": name}],
            "statistic": "Average",
        },
        "targetValue": (config.asynchronous or Asynchronous()).backlog_per_instance,
    }


def _wake(scope: Construct, name: str, target: scaling.CfnScalableTarget) -> None:
    """From zero to one as soon as a request waits: a backlog per machine needs a machine.

    Source: the same page, "Define a scaling policy that scales up from zero for new requests".
    """
    policy = scaling.CfnScalingPolicy(
        scope,
        "WakingPolicy",
        policy_name=f"{name}-waking",
        policy_type="StepScaling",
        scaling_target_id=target.ref,
        step_scaling_policy_configuration={
            "adjustmentType": "ChangeInCapacity",
            "metricAggregationType": "Average",
            "cooldown": 300,
            "stepAdjustments": [{"metricIntervalLowerBound": 0, "scalingAdjustment": 1}],
        },
    )
    cloudwatch.CfnAlarm(
        scope,
        "Waiting",
        alarm_name=f"{name}-waiting",
        alarm_description=f"{name} has requests and no machine",
        namespace="AWS/SageMaker",
        metric_name="HasBacklogWithoutCapacity",
        dimensions=[{"name": "EndpointName", "value": name}],
        statistic="Average",
        period=60,
        evaluation_periods=2,
        datapoints_to_alarm=2,
        threshold=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        treat_missing_data="missing",
        alarm_actions=[policy.ref],
    )
