"""Events that start nothing ring: each rule that starts a pipeline is watched.

Sources: "Monitoring Amazon EventBridge" (FailedInvocations, by RuleName), EventBridge User Guide;
PutMetricAlarm, CloudWatch API Reference (what an alarm without one of these means).
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_rehearsal.behaviour.stack import Resource, Stack

RINGS: Final[dict[str, Any]] = {
    "Namespace": "AWS/Events",
    "MetricName": "FailedInvocations",
    "Statistic": "Sum",
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "Threshold": 0,
    "Period": 300,
}
ENABLED: Final = "ActionsEnabled"


def lost_events_ring(stack: Stack) -> Iterator[str]:
    """Each rule with a role has one alarm of its name, which tells the topic at once."""
    if not stack.name.startswith("SC-"):
        return
    alarms = list(stack.of_type("AWS::CloudWatch::Alarm"))
    for rule in stack.of_type("AWS::Events::Rule"):
        starts = any("RoleArn" in target for target in rule.properties["Targets"])
        watching = [a for a in alarms if _watched(a) == [("RuleName", stack.ref(rule.id))]]
        if starts and len(watching) != 1:
            yield f"{rule.id}: {len(watching)} alarms watch whether it starts what it should"
    for alarm in alarms:
        yield from _silent(stack, alarm)


def _watched(alarm: Resource) -> list[tuple[Any, Any]]:
    return [(d.get("Name"), d.get("Value")) for d in alarm.properties["Dimensions"]]


def _silent(stack: Stack, alarm: Resource) -> Iterator[str]:
    for name, wanted in RINGS.items():
        if alarm.properties.get(name) != wanted:
            yield f"{alarm.id}: {name} is {alarm.properties.get(name)}, not {wanted}"
    number = stack.parameters["SageMakerProjectId"]
    if not str(alarm.properties["AlarmName"]).startswith(f"sagemaker-{number}-"):
        yield f"{alarm.id} is no alarm of the project by its name, which the topic asks for"
    told = [stack.referenced(arn, "AWS::SNS::Topic") for arn in alarm.properties["AlarmActions"]]
    if None in told or not told or alarm.properties.get(ENABLED, True) is not True:
        yield f"{alarm.id} tells nobody"
