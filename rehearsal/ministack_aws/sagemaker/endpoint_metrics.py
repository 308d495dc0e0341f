"""What endpoints tell CloudWatch, and alarms that watch exactly the metric that they name."""

import time

from ministack.services import cloudwatch

NAMESPACE = "AWS/SageMaker"
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def register():
    """Let alarms look at the dimensions of their metric; MiniStack takes all of its name."""
    evaluate = cloudwatch._evaluate_alarm
    cloudwatch._evaluate_alarm = lambda alarm: _evaluate(alarm, evaluate)


def record(endpoint, variant, seconds, *, failed):
    """The metrics of one request (Developer Guide, "Monitor SageMaker with CloudWatch").

    Args:
        seconds: what the model has taken; `ModelLatency` is in microseconds.
        failed: whether the container has answered with an error.
    """
    dimensions = {"EndpointName": endpoint, "VariantName": variant}
    for name, value, unit in (
        ("Invocations", 1, "None"),
        ("Invocation5XXErrors", int(failed), "None"),
        ("ModelLatency", seconds * 1_000_000, "Microseconds"),
    ):
        cloudwatch.record_metric(NAMESPACE, name, value, unit, dimensions)


def tripped(names):
    """Those of the alarms with these names that are in the state ALARM now."""
    found = []
    for name in names:
        alarm = cloudwatch._alarms.get(name)
        if alarm is not None:
            cloudwatch._evaluate_alarm(alarm)
            if alarm["StateValue"] == "ALARM":
                found.append(name)
    return found


def _evaluate(alarm, evaluate):
    """API_PutMetricAlarm, Dimensions: "The dimensions for the metric specified in MetricName"."""
    compare = COMPARISONS.get(alarm.get("ComparisonOperator"))
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
        cloudwatch._record_history(alarm["AlarmName"], before, now, reason)
        cloudwatch._dispatch_alarm_actions(alarm, before, now, reason)
    return None


def _value(alarm):
    dimensions = alarm.get("Dimensions") or {}
    if isinstance(dimensions, list):
        dimensions = cloudwatch._dims_from_list(dimensions)
    key = (NAMESPACE, alarm["MetricName"], cloudwatch._dims_key(dimensions))
    since = time.time() - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
    points = [p for p in cloudwatch._metrics.get(key, ()) if p["Timestamp"] >= since]
    statistics = cloudwatch._calc_stats(points)
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    return cloudwatch._stat_value(statistics, statistic, points) if statistics else None
