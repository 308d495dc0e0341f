"""Copies of inference components, and Application Auto Scaling, which ends and starts them.

Developer Guide, "Scale an endpoint to zero instances"; Application Auto Scaling API Reference,
RegisterScalableTarget. Load is not followed here: a target brings the copies within its limits, and
the step policy of an alarm that rings starts one when a request finds none.
"""

import functools
from collections.abc import Iterator
from typing import Final

from ministack_aws.cloudformation.records import STORE, Key, key_of
from ministack_aws.engine import cloudwatch
from ministack_aws.engine.types import Properties, Record, ResourceHandlers, Update
from ministack_aws.sagemaker import endpoint_metrics
from ministack_aws.sagemaker.models import COMPONENT, named

TARGET: Final = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY: Final = "AWS::ApplicationAutoScaling::ScalingPolicy"
RESOURCE: Final = "inference-component/"
DIMENSION: Final = "sagemaker:inference-component:DesiredCopyCount"


def register(handlers: ResourceHandlers) -> None:
    """Let targets scale the components that they name."""
    for deed in ("create", "update"):
        handlers[TARGET][deed] = _target_made(handlers[TARGET][deed])


def of(component: Properties) -> int:
    """How many copies a component has."""
    return int((component.get("RuntimeConfig") or {}).get("CopyCount", 1))


def change(component: Key, copies: int) -> None:
    """Change their number (API_UpdateInferenceComponentRuntimeConfig)."""
    STORE[component] = {**STORE[component], "RuntimeConfig": {"CopyCount": copies}}


def record_no_capacity(name: str) -> None:
    """A request has found no copy: alarms look at that, and what they start starts."""
    endpoint_metrics.record_no_capacity(name)
    of_it = {"InferenceComponentName": name}
    watching = [
        alarm["AlarmName"]
        for alarm in cloudwatch.alarms().values()
        if alarm.get("MetricName") == endpoint_metrics.NO_CAPACITY
        and cloudwatch.dimensions_of_list(alarm.get("Dimensions") or []) == of_it
    ]
    for rung in endpoint_metrics.tripped(watching):
        for action in cloudwatch.alarms()[rung].get("AlarmActions") or ():
            _step(STORE.get(key_of(POLICY, action), {}))


def _step(policy: Properties) -> None:
    """Do what a step policy says; policies of another kind have alarms of their own."""
    configured = policy.get("StepScalingPolicyConfiguration")
    target = STORE.get(key_of(TARGET, policy.get("ScalingTargetId", "")))
    if not configured or not target:
        return
    found, component = _scaled(target)
    (step, *_) = configured["StepAdjustments"]
    wanted = of(component) + int(step["ScalingAdjustment"])
    change(key_of(COMPONENT, found), _within(target, wanted))


def _target_made(make: Update) -> Update:
    @functools.wraps(make)
    def made(*arguments: object, **options: object) -> tuple[str, Record]:
        target = next(a for a in reversed(arguments) if isinstance(a, dict))
        if str(target.get("ResourceId", "")).startswith(RESOURCE):
            for text in _refusals(target):
                raise ValueError(text)
            found, component = _scaled(target)
            change(key_of(COMPONENT, found), _within(target, of(component)))
        return make(*arguments, **options)

    return made


def _refusals(target: Properties) -> Iterator[str]:
    if (
        target.get("ServiceNamespace") != "sagemaker"
        or target.get("ScalableDimension") != DIMENSION
    ):
        yield "Unsupported service namespace, resource type or scalable dimension"
    if not 0 <= int(target["MinCapacity"]) <= int(target["MaxCapacity"]):
        yield "Maximum capacity cannot be less than minimum capacity"


def _scaled(target: Properties) -> tuple[str, Properties]:
    return named(COMPONENT, target["ResourceId"].removeprefix(RESOURCE))


def _within(target: Properties, copies: int) -> int:
    return min(max(copies, int(target["MinCapacity"])), int(target["MaxCapacity"]))
