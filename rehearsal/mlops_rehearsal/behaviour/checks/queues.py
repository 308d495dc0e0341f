"""Where lost events lie: who may put them there, how long they stay, and the alarm that sees them.

Sources: "Using dead-letter queues to process undelivered events" (permissions of the queue),
EventBridge User Guide; SetQueueAttributes, Amazon SQS API Reference; PutMetricAlarm,
CloudWatch API Reference.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.policies import resource_allows, resource_denies
from mlops_rehearsal.behaviour.stack import Resource, Stack

QUEUE: Final = "AWS::SQS::Queue"
EVENTS: Final = "events.amazonaws.com"
A_WEEK: Final = 7 * 24 * 3600
"""Whoever is told on a Friday looks on a Monday; without a value SQS keeps a message four days."""
LOOKS: Final = {"Statistic": "Maximum", "TreatMissingData": "notBreaching"}


def rules_may_leave_what_they_lose(stack: Stack) -> Iterator[str]:
    """EventBridge may send for each rule that names the queue, and for no other."""
    for queue in stack.of_type(QUEUE):
        policy, arn = _policy_of(stack, queue), stack.arn(queue.id)
        rules = [r for r in stack.of_type("AWS::Events::Rule") if arn in _left_by(r)]
        if not rules:
            yield f"no rule leaves anything in {queue.id}"
        for rule in stack.of_type("AWS::Events::Rule"):
            sends = resource_allows(policy, EVENTS, _send(stack, arn, stack.arn(rule.id)))
            if sends != (rule in rules):
                yield f"{queue.id}: EventBridge {'may' if sends else 'may not'} send for {rule.id}"
        if resource_allows(policy, "ec2.amazonaws.com", _send(stack, arn, "")):
            yield f"{queue.id} takes messages of any service"


def queues_keep_what_is_lost(stack: Stack) -> Iterator[str]:
    """Encrypted, refused without TLS, and there when somebody comes to look."""
    for queue in stack.of_type(QUEUE):
        known, anybody = queue.properties, f"arn:aws:iam::{stack.account}:role/any"
        if known["SqsManagedSseEnabled"] is not True and not known["KmsMasterKeyId"]:
            yield f"{queue.id} is not encrypted"
        if int(known["MessageRetentionPeriod"] or 0) < A_WEEK:
            yield f"{queue.id} forgets within a week"
        policy, arn = _policy_of(stack, queue), stack.arn(queue.id)
        if not resource_denies(policy, anybody, _send(stack, arn, "", tls="false")):
            yield f"{queue.id} takes messages without TLS"
        if resource_denies(policy, anybody, _send(stack, arn, "")):
            yield f"{queue.id} takes no messages with TLS"


def alarms_of_queues_look(stack: Stack) -> Iterator[str]:
    """An alarm of a queue looks at every period, and an empty queue is quiet."""
    for alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        known = alarm.properties
        if known["Namespace"] != "AWS/SQS":
            continue
        for name, wanted in LOOKS.items():
            if known[name] != wanted:
                yield f"{alarm.id}: {name} is {known[name]}, not {wanted}"
        for name in ("EvaluationPeriods", "Period"):
            if not known[name]:
                yield f"{alarm.id} has no {name}"


def _left_by(rule: Resource) -> list[Any]:
    return [t.get("DeadLetterConfig", {}).get("Arn") for t in rule.properties["Targets"] or []]


def _policy_of(stack: Stack, queue: Resource) -> Any:
    for policy in stack.of_type("AWS::SQS::QueuePolicy"):
        if stack.ref(queue.id) in policy.properties["Queues"]:
            return policy.properties["PolicyDocument"]
    return {}


def _send(stack: Stack, arn: str, source: str, tls: str = "true") -> Request:
    known = {"aws:SecureTransport": tls, **({"aws:SourceArn": source} if source else {})}
    return Request("sqs:SendMessage", arn, context(stack, known))
