"""What endpoints and pipelines tell CloudWatch, and alarms on exactly the metric that they name."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from ministack_aws.engine import cloudwatch
from ministack_aws.engine.types import Record, ResourceHandlers
from ministack_aws.sagemaker import metric_math

NAMESPACE: Final = "AWS/SageMaker"
PIPELINES: Final = "AWS/Sagemaker/ModelBuildingPipeline"
"""Of pipelines, spelt that way ("Pipelines metrics")."""
JUDGED: Final = (NAMESPACE, PIPELINES)
COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


PERIOD: Final = 60
NO_CAPACITY: Final = "NoCapacityInvocationFailures"
NOT_ASYNCHRONOUS: Final = ("Invocations", "OverheadLatency")
CREATED: Final = "AWS::CloudWatch::Alarm"


def register(handlers: ResourceHandlers) -> None:
    """Let alarms look at the dimensions of their metric, and at expressions.

    MiniStack takes all metrics of a name, and refuses expressions.
    """
    cloudwatch.evaluate_alarm.wrap(lambda evaluate: partial(_evaluate, evaluate=evaluate))
    alarm = handlers[CREATED]
    alarm["create"] = _with_expressions(alarm["create"], 1)
    alarm["update"] = _with_expressions(alarm["update"], 2)


def _with_expressions(change: Callable[..., Any], position: int) -> Callable[..., Any]:
    """AWS::CloudWatch::Alarm, Metrics: in place of the name of one metric."""

    @functools.wraps(change)
    def changed(*arguments: Any, **options: Any) -> Any:
        properties = arguments[position]
        metrics = properties.get("Metrics")
        if not metrics:
            return change(*arguments, **options)
        both = [name for name in ("MetricName", "Namespace", "Period") if name in properties]
        if both:
            raise ValueError(f"Metrics cannot be there together with {', '.join(both)}")
        metric_math.check(metrics)
        named = {**properties, "MetricName": "of Metrics", "Namespace": NAMESPACE}
        given = {**named, "Metrics": None}
        changed_arguments = [*arguments[:position], given, *arguments[position + 1 :]]
        alarm, attributes = change(*changed_arguments, **options)
        cloudwatch.alarms()[alarm]["Metrics"] = metrics
        return alarm, attributes

    return changed


def record(
    dimensions: Mapping[str, str], seconds: float, *, status: int, of_kind: str = "realtime"
) -> None:
    """The metrics of one request (Developer Guide, "Monitor SageMaker with CloudWatch").

    Args:
        dimensions: endpoint and variant, or the component.
        seconds: what the model has taken; `ModelLatency` is in microseconds.
        status: of the container's answer.
        of_kind: asynchronous endpoints publish less ("Alarms and logs for tracking metrics from
            asynchronous endpoints").
    """
    for name, value, unit in (
        ("Invocations", 1, "None"),
        ("Invocation4XXErrors", int(400 <= status < 500), "None"),
        ("Invocation5XXErrors", int(status >= 500), "None"),
        ("ModelLatency", seconds * 1_000_000, "Microseconds"),
        ("OverheadLatency", 0, "Microseconds"),
    ):
        if of_kind != "asynchronous" or name not in NOT_ASYNCHRONOUS:
            cloudwatch.record_metric(NAMESPACE, name, value, unit, dict(dimensions))


def record_no_capacity(component: str) -> None:
    """A request for a component without copies ("Scale an endpoint to zero instances")."""
    of_it = {"InferenceComponentName": component}
    cloudwatch.record_metric(NAMESPACE, NO_CAPACITY, 1, "Count", of_it)


def record_execution(pipeline: str, name: str) -> None:
    """That a run of a pipeline has started or ended, of all pipelines and of this one."""
    for dimensions in ({}, {"PipelineName": pipeline}):
        cloudwatch.record_metric(PIPELINES, name, 1, "Count", dimensions)
    # MiniStack looks at alarms only when somebody puts a metric.
    for alarm in list(cloudwatch.alarms().values()):
        if alarm.get("Namespace") == PIPELINES:
            _judge(alarm, 1)


def tripped(names: Iterable[str], speed: float = 1) -> list[str]:
    """Those of the alarms with these names that are in the state ALARM now.

    Args:
        speed: how much faster time goes here than an alarm believes; what happens in a shorter
            minute counts for a whole one.
    """
    found = []
    for name in names:
        alarm = cloudwatch.alarms().get(name)
        if alarm is not None:
            _judge(alarm, speed)
            if alarm["StateValue"] == "ALARM":
                found.append(name)
    return found


def _evaluate(alarm: Record, evaluate: Callable[[Record], Any]) -> Any:
    """API_PutMetricAlarm, Dimensions: "The dimensions for the metric specified in MetricName"."""
    if alarm.get("Namespace") not in JUDGED:
        return evaluate(alarm)
    _judge(alarm, 1)
    return None


def _judge(alarm: Record, speed: float) -> None:
    """API_PutMetricAlarm: DatapointsToAlarm of EvaluationPeriods have to breach."""
    compare = COMPARISONS[str(alarm["ComparisonOperator"])]
    periods = int(alarm.get("EvaluationPeriods", 1))
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    length = float(alarm.get("Period") or PERIOD) / speed
    now = time.time()
    values = [
        _value(alarm, now - (number + 1) * length, now - number * length, speed)
        for number in range(periods)
    ]
    # TreatMissingData notBreaching: "data points are treated as being within the threshold".
    breaching = sum(value is not None and compare(value, alarm["Threshold"]) for value in values)
    before, state = alarm["StateValue"], "ALARM" if breaching >= needed else "OK"
    if before != state:
        reason = f"Threshold Crossed: {breaching} datapoints of {values}, {alarm['Threshold']}"
        alarm |= {"StateValue": state, "StateReason": reason}
        alarm["StateUpdatedTimestamp"] = int(time.time())
        cloudwatch.record_history(alarm["AlarmName"], before, state, reason)
        cloudwatch.dispatch_actions(alarm, before, state, reason)


def _value(alarm: Record, since: float, until: float, speed: float) -> float | None:
    """The alarm's metric or expression, of one period."""
    if not alarm.get("Metrics"):
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
        named = (alarm["MetricName"], alarm.get("Dimensions") or [], statistic)
        return _metric(alarm["Namespace"], *named, since, until, speed)
    values, expression = {}, ""
    for row in alarm["Metrics"]:
        if "Expression" in row:
            expression = row["Expression"]
            continue
        metric, statistic = row["MetricStat"]["Metric"], row["MetricStat"]["Stat"]
        named = (metric["MetricName"], metric.get("Dimensions") or [], statistic)
        found = _metric(metric["Namespace"], *named, since, until, speed)
        if found is None:
            return None
        values[row["Id"]] = found
    return metric_math.value(expression, values)


def _metric(
    namespace: str,
    name: str,
    dimensions: Any,
    statistic: str,
    since: float,
    until: float,
    speed: float,
) -> float | None:
    if isinstance(dimensions, list):
        dimensions = cloudwatch.dimensions_of_list(dimensions)
    key = (namespace, name, cloudwatch.dimensions_key(dimensions))
    points = [p for p in cloudwatch.metrics().get(key, ()) if since <= p["Timestamp"] < until]
    statistics = cloudwatch.statistics_of(points)
    if not statistics:
        return None
    found = float(cloudwatch.statistic(statistics, statistic, points))
    return found * speed if statistic in ("Sum", "SampleCount") else found
