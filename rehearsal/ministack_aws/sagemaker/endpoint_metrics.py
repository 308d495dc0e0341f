"""What endpoints tell CloudWatch, and alarms that watch exactly the metric that they name."""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from ministack_aws.engine import cloudwatch
from ministack_aws.engine.types import Record

NAMESPACE: Final = "AWS/SageMaker"
COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def register() -> None:
    """Let alarms look at the dimensions of their metric; MiniStack takes all of its name."""
    cloudwatch.evaluate_alarm.wrap(lambda evaluate: partial(_evaluate, evaluate=evaluate))


def record(endpoint: str, variant: str, seconds: float, *, status: int) -> None:
    """The metrics of one request (Developer Guide, "Monitor SageMaker with CloudWatch").

    Args:
        seconds: what the model has taken; `ModelLatency` is in microseconds.
        status: of the container's answer.
    """
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    for name, value, unit in (
        ("Invocations", 1, "None"),
        ("Invocation4XXErrors", int(400 <= status < 500), "None"),
        ("Invocation5XXErrors", int(status >= 500), "None"),
        ("ModelLatency", seconds * 1_000_000, "Microseconds"),
    ):
        cloudwatch.record_metric(NAMESPACE, name, value, unit, dimensions)


def tripped(names: Iterable[str]) -> list[str]:
    """Those of the alarms with these names that are in the state ALARM now."""
    found = []
    for name in names:
        alarm = cloudwatch.alarms().get(name)
        if alarm is not None:
            cloudwatch.evaluate_alarm(alarm)
            if alarm["StateValue"] == "ALARM":
                found.append(name)
    return found


def _evaluate(alarm: Record, evaluate: Callable[[Record], Any]) -> Any:
    """API_PutMetricAlarm, Dimensions: "The dimensions for the metric specified in MetricName"."""
    compare = COMPARISONS.get(str(alarm.get("ComparisonOperator")))
    if alarm.get("Namespace") != NAMESPACE or compare is None:
        return evaluate(alarm)
    value = _value(alarm)
    # TreatMissingData notBreaching: "data points are treated as being within the threshold".
    breached = value is not None and compare(value, alarm["Threshold"])
    before, now = alarm["StateValue"], "ALARM" if breached else "OK"
    if before != now:
        reason = f"Threshold Crossed: {alarm['MetricName']} is {value}, {alarm['Threshold']} given"
        alarm |= {"StateValue": now, "StateReason": reason}
        alarm["StateUpdatedTimestamp"] = int(time.time())
        cloudwatch.record_history(alarm["AlarmName"], before, now, reason)
        cloudwatch.dispatch_actions(alarm, before, now, reason)
    return None


def _value(alarm: Record) -> Any:
    dimensions = alarm.get("Dimensions") or {}
    if isinstance(dimensions, list):
        dimensions = cloudwatch.dimensions_of_list(dimensions)
    key = (NAMESPACE, alarm["MetricName"], cloudwatch.dimensions_key(dimensions))
    since = time.time() - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
    points = [p for p in cloudwatch.metrics().get(key, ()) if p["Timestamp"] >= since]
    statistics = cloudwatch.statistics_of(points)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    return cloudwatch.statistic(statistics, statistic, points) if statistics else None
