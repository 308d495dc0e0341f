"""What a role has to be able to do, and what it must never be able to do, as rows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops_commons.iam.evaluation import Context, Request
from mlops_rehearsal.behaviour.policies import may
from mlops_rehearsal.behaviour.stack import Resource, Stack


@dataclass(frozen=True, kw_only=True)
class Need:
    """Actions on a resource, in the context in which the service asks for them."""

    why: str
    actions: tuple[str, ...]
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)


def lacking(stack: Stack, role: Resource, needs: Iterable[Need]) -> Iterator[str]:
    """Each action that a role needs and does not have."""
    for need in needs:
        for action in need.actions:
            if not may(stack, role, Request(action, need.resource, context(stack, need.context))):
                yield f"{role.id} cannot {need.why}: {action} on {need.resource}"


def excess(stack: Stack, role: Resource, needs: Iterable[Need]) -> Iterator[str]:
    """Each action that a role must not have, and has."""
    for need in needs:
        for action in need.actions:
            if may(stack, role, Request(action, need.resource, context(stack, need.context))):
                yield f"{role.id} may {need.why}: {action} on {need.resource}"


def context(stack: Stack, more: Mapping[str, Any]) -> Context:
    """The keys that every call of an account has, and more."""
    return {
        "aws:PrincipalAccount": stack.account,
        "aws:ResourceAccount": stack.account,
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": stack.region,
        **more,
    }


def role_of(stack: Stack, arn: Any) -> Resource | None:
    """The role of the template with an ARN."""
    return stack.referenced(arn, "AWS::IAM::Role")
