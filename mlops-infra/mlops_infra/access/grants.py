"""What has been granted to a persona's role besides its policies, such as reading one bucket."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.cdk.policies import policy_statement
from mlops_commons.iam.reasons import ONE_ROLE
from mlops_commons.iam.statements import Statement, wildcard_reasons
from mlops_infra.access.boundary import OUTLINE

INLINE: Final = "NIST.800.53.R5-IAMNoInlinePolicy"
OWN_RESOURCE: Final = (
    "granted by a construct of this stack on its own resource: the CDK writes families of actions "
    "of one service, and the policy ends at this resource and what is below it"
)


def acknowledge_grants(*roles: iam.IRole) -> None:
    """Accept the policies that the CDK makes of `grant_...(role)`, as far as they are narrow.

    Wildcards are accepted where a statement names resources of the role's own stack; `*`, and
    ARNs that are spelled out, stay open until somebody acknowledges them with a reason.

    Args:
        roles: those of one persona, which share a boundary.
    """
    granted: set[str] = set()
    for role in roles:
        policy = role.node.try_find_child("DefaultPolicy")
        if isinstance(policy, iam.Policy):
            document = cdk.Stack.of(role).resolve(policy.document)
            granted |= _allowed(document)
            reasons = {f"AwsSolutions-IAM5[{found}]": OWN_RESOURCE for found in _narrow(document)}
            acknowledge_each(role, {INLINE: ONE_ROLE, **reasons})
    if granted:
        _widen_boundary(roles[0], granted)


def _allowed(document: Mapping[str, Any]) -> set[str]:
    return {
        action
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement["Action"])
    }


def _widen_boundary(role: iam.IRole, granted: set[str]) -> None:
    """Let the boundary of a persona's roles through what constructs of the stack have granted."""
    boundary = role.permissions_boundary if isinstance(role, iam.Role) else None
    if not isinstance(boundary, iam.ManagedPolicy):
        return
    more = granted - _let_through(cdk.Stack.of(role).resolve(boundary.document), granted)
    if more:
        statement = Statement(
            sid="WhatConstructsGrant",
            actions=tuple(sorted(more)),
            resources=("*",),
            reason=OUTLINE,
        )
        boundary.add_statements(policy_statement(statement))
        acknowledge_each(boundary, wildcard_reasons([statement]))


def _let_through(boundary: Mapping[str, Any], granted: set[str]) -> set[str]:
    """What a boundary allows already: there is little room in its 6144 characters."""
    allowed = [
        pattern
        for statement in boundary["Statement"]
        if statement["Effect"] == "Allow" and "Condition" not in statement
        if _listed(statement.get("Resource", ())) == ["*"]
        for pattern in _listed(statement["Action"])
    ]
    return {action for action in granted if any(fnmatchcase(action, p) for p in allowed)}


def _narrow(document: Mapping[str, Any]) -> Iterator[str]:
    for statement in document["Statement"]:
        resources = [_shown(value) for value in _listed(statement.get("Resource", ()))]
        if resources and all(re.match(r"<(?!AWS::)", resource) for resource in resources):
            yield from (f"Action::{a}" for a in _listed(statement["Action"]) if "*" in a)
            yield from (f"Resource::{resource}" for resource in resources if "*" in resource)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _shown(value: Any) -> str:
    """A resource as cdk-nag writes it: `<LogicalId.Arn>/*`."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref']}>"
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(_shown(part) for part in parts)
    return "*"
