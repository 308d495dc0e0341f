"""How machines, or copies of a model, follow the load: requests, or what waits for an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from deploy_app.kinds import Kind
from deploy_app.stage_config import Asynchronous, StageConfig
from deploy_app.variants import VARIANT


def add_scaling(scope: Construct, config: StageConfig, name: str, served: cdk.CfnResource) -> None:
    """A target with its policies; nothing for a serverless endpoint, which scales by itself.

    Args:
        name: of the endpoint, and of its component where it has one.
        served: the endpoint, or the component.
    """
    if config.kind is Kind.SERVERLESS:
        return
    limits = config.auto_scaling
    row = SCALED.get(config.kind, MACHINES)
    target = scaling.CfnScalableTarget(
        scope,
        "ScalableTarget",
        service_namespace="sagemaker",
        scalable_dimension=row.dimension,
        resource_id=row.resource.format(name=name),
        min_capacity=limits.minimum_instances,
        max_capacity=limits.maximum_instances,
    )
    target.node.add_dependency(served)
    scaling.CfnScalingPolicy(
        scope,
        "ScalingPolicy",
        policy_name=f"{name}-{row.follows}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target.ref,
        target_tracking_scaling_policy_configuration={
            **row.metric(config, name),
            "scaleInCooldown": 300,
            "scaleOutCooldown": 60,
        },
    )
    if row.waking and not limits.minimum_instances:
        _wake(scope, name, target, row.waking)


def _requests(config: StageConfig, _: str) -> dict[str, Any]:
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


def _concurrency(config: StageConfig, _: str) -> dict[str, Any]:
    """Requests that each copy works on at a time, which is what fills a GPU.

    Source: Application Auto Scaling API Reference, PredefinedMetricSpecification.
    """
    return {
        "predefinedMetricSpecification": {
            "predefinedMetricType": (
                "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
            )
        },
        "targetValue": config.component.concurrent_requests if config.component else None,
    }


@dataclass(frozen=True)
class Waking:
    """The alarm that starts the first machine, because nothing can be followed without one."""

    metric: str
    dimension: str
    statistic: str
    period: int
    periods: int


@dataclass(frozen=True)
class Scaled:
    """What is scaled, as Application Auto Scaling calls it, and what it follows."""

    resource: str
    dimension: str
    follows: str
    metric: Callable[[StageConfig, str], dict[str, Any]]
    waking: Waking | None = None


OF_VARIANT = (f"endpoint/{{name}}/variant/{VARIANT}", "sagemaker:variant:DesiredInstanceCount")
MACHINES = Scaled(*OF_VARIANT, "invocations", _requests)
SCALED = {
    Kind.ASYNCHRONOUS: Scaled(
        *OF_VARIANT,
        "backlog",
        _backlog,
        Waking("HasBacklogWithoutCapacity", "EndpointName", "Average", 60, 2),
    ),
    Kind.COMPONENTS: Scaled(
        "inference-component/{name}",
        "sagemaker:inference-component:DesiredCopyCount",
        "concurrency",
        _concurrency,
        Waking("NoCapacityInvocationFailures", "InferenceComponentName", "Maximum", 60, 1),
    ),
}
"""Kinds that scale to zero. Sources: SageMaker Developer Guide, "Autoscale an asynchronous endpoint",
"Define a scaling policy that scales up from zero for new requests"; "Scale an endpoint to zero
instances"."""


def _wake(scope: Construct, name: str, target: scaling.CfnScalableTarget, waking: Waking) -> None:
    """From zero to one as soon as a request finds nothing that answers."""
    policy = scaling.CfnScalingPolicy(
        scope,
        "WakingPolicy",
        policy_name=f"{name}-waking",
        policy_type="StepScaling",
        scaling_target_id=target.ref,
        step_scaling_policy_configuration={
            "adjustmentType": "ChangeInCapacity",
            "metricAggregationType": waking.statistic,
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
        metric_name=waking.metric,
        dimensions=[{"name": waking.dimension, "value": name}],
        statistic=waking.statistic,
        period=waking.period,
        evaluation_periods=waking.periods,
        datapoints_to_alarm=waking.periods,
        threshold=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        treat_missing_data="missing",
        alarm_actions=[policy.ref],
    )
