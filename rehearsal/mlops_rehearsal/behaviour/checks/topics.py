"""Who is told: topics, their policies, and the keys that EventBridge has to use for them.

Source: "Permissions between event sources and encrypted topics" and "Access control: using TLS",
Amazon SNS Developer Guide.
"""

from collections.abc import Iterator
from typing import Any, Final

from mlops_commons.iam.evaluation import Request
from mlops_rehearsal.behaviour.asking import context
from mlops_rehearsal.behaviour.checks.keys import of_somebody_else, using
from mlops_rehearsal.behaviour.policies import resource_allows, resource_denies, statements
from mlops_rehearsal.behaviour.stack import Resource, Stack

EVENTS: Final = "events.amazonaws.com"


def rules_publish_to_encrypted_topics(stack: Stack) -> Iterator[str]:
    """EventBridge publishes, by the policies of the topic and of its key."""
    for topic in stack.of_type("AWS::SNS::Topic"):
        named = topic.properties.get("KmsMasterKeyId")
        key = stack.referenced(named, "AWS::KMS::Key")
        foreign = of_somebody_else(stack, named)
        if key is None and not foreign:
            yield f"{topic.id} is not encrypted with a key of the account"
        for rule in stack.of_type("AWS::Events::Rule"):
            if stack.arn(topic.id) in [t["Arn"] for t in rule.properties.get("Targets", [])]:
                yield from _published(stack, topic, rule, key, foreign=foreign)


def topics_refuse_plain_requests(stack: Stack) -> Iterator[str]:
    """Nobody publishes without TLS; with TLS nobody is refused, and no account is let in."""
    for topic in stack.of_type("AWS::SNS::Topic"):
        policy = policy_of(stack, topic)
        for who in (EVENTS, f"arn:aws:iam::{stack.account}:role/any"):
            if who != EVENTS and not resource_denies(policy, who, _publish(stack, topic, "false")):
                yield f"{topic.id} takes messages without TLS"
            if resource_denies(policy, who, _publish(stack, topic, "true")):
                yield f"{topic.id} refuses the messages of {who}"
        allowing = [s.get("Principal") for s in statements(policy) if s["Effect"] == "Allow"]
        if "AWS" in str(allowing):
            yield f"{topic.id} lets accounts publish"


def policy_of(stack: Stack, topic: Resource) -> Any:
    """The policy of a topic; an empty one without any."""
    for policy in stack.of_type("AWS::SNS::TopicPolicy"):
        if stack.arn(topic.id) in policy.properties["Topics"]:
            return policy.properties["PolicyDocument"]
    return {}


def _published(
    stack: Stack, topic: Resource, rule: Resource, key: Resource | None, *, foreign: bool
) -> Iterator[str]:
    """A key of somebody else has a policy that only its owner sees; the topic's is asked still."""
    policy = key.properties.get("KeyPolicy", {}) if key else {}
    for name in () if foreign else ("Decrypt", "GenerateDataKey"):
        if not resource_allows(policy, EVENTS, using(stack, name)):
            yield f"{topic.id}: EventBridge may not kms:{name}, so {rule.id} tells nobody"
    if not resource_allows(policy_of(stack, topic), EVENTS, _publish(stack, topic, "true")):
        yield f"{topic.id}: EventBridge may not publish, so {rule.id} tells nobody"


def _publish(stack: Stack, topic: Resource, tls: str) -> Request:
    return Request("sns:Publish", stack.arn(topic.id), context(stack, {"aws:SecureTransport": tls}))
