"""The security groups of a template, with their rules in words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mlops_commons.assembly.templates import Resource, StackTemplate
from mlops_commons.diagrams.graph import Node, NodeKind
from mlops_commons.diagrams.values import text

ANYWHERE: Final = "0.0.0.0/0"
NOTHING: Final = ("255.255.255.255/32", "127.0.0.1/32")
"""What the CDK writes for a group that lets nothing out: one without a rule lets everything out."""
ALL_PROTOCOLS: Final = "-1"
WAYS: Final = (("in", "Ingress"), ("out", "Egress"))


def security_group_node(stack: StackTemplate, key: str, frame: str) -> Node:
    """The box of a security group: each rule, whichever way the template writes it."""
    properties = dict(stack.resources("AWS::EC2::SecurityGroup"))[key]
    return Node(
        key=key,
        kind=NodeKind.SECURITY_GROUP,
        title=str(properties["GroupDescription"]),
        details=tuple(
            f"{word}: {_words(key, rule)}"
            for word, way in WAYS
            for rule in _rules(stack, key, properties, way)
        ),
        group=frame,
    )


def _rules(
    stack: StackTemplate, key: str, properties: Resource, way: str
) -> Iterator[Mapping[str, Any]]:
    """The rules inside the group, then those that are resources of their own."""
    yield from properties.get(f"SecurityGroup{way}", [])
    for _, rule in stack.resources(f"AWS::EC2::SecurityGroup{way}"):
        if text(rule["GroupId"], {}) == key:
            yield rule


def _words(own: str, rule: Mapping[str, Any]) -> str:
    ports = sorted({int(rule[end]) for end in ("FromPort", "ToPort") if end in rule})
    protocol = "all" if rule["IpProtocol"] == ALL_PROTOCOLS else str(rule["IpProtocol"])
    peer = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if peer:
        other = "members" if text(peer, {}) == own else text(peer, {})
    elif rule["CidrIp"] in NOTHING:
        return "nothing"
    else:
        other = "anywhere" if rule["CidrIp"] == ANYWHERE else str(rule["CidrIp"])
    return " ".join(part for part in (protocol, "-".join(map(str, ports)), other) if part)
