"""What has been granted to a persona's role besides its policies, such as reading one bucket."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import IConstruct

from mlops_commons.assembly.intrinsics import Scope, evaluate
from mlops_commons.cdk.nag import acknowledge_each
from mlops_commons.cdk.policies import policy_statement
from mlops_commons.iam.lengths import AN_ID, MOST_CHARACTERS
from mlops_commons.iam.reasons import ONE_ROLE
from mlops_commons.iam.statements import Statement, wildcard_reasons
from mlops_commons.utilities.errors import PlatformError
from mlops_infra.access.boundary import OUTLINE

INLINE: Final = "NIST.800.53.R5-IAMNoInlinePolicy"
OWN_RESOURCE: Final = (
    "granted by a construct of this stack on its own resource: the CDK writes families of actions "
    "of one service, and the policy ends at this resource and what is below it"
)


def check_grants(*roles: iam.IRole) -> None:
    """Refuse what a boundary cannot follow: it names actions, and so has a grant to.

    Raises:
        PlatformError: a role has been granted everything but some actions.
    """
    for role in roles:
        for statement in _granted(role).get("Statement", ()):
            if statement["Effect"] == "Allow" and "NotAction" in statement:
                raise PlatformError(
                    f"a persona's role is granted all but {statement['NotAction']} (NotAction), "
                    "which its boundary cannot let through; allowed: a list of actions",
                    hint="write iam.PolicyStatement(actions=[...]) with the actions that are meant",
                )


def acknowledge_grants(*roles: iam.IRole, beside: Iterable[IConstruct] = ()) -> None:
    """Accept the policies that the CDK makes of `grant_...(role)`, as far as they are narrow.

    Wildcards are accepted where a statement names resources of the role's own stack; `*`, and
    ARNs that are spelled out, stay open until somebody acknowledges them with a reason.

    Args:
        roles: those of one persona, which share a boundary.
        beside: constructs that may hold further policies of these roles, for the boundary.

    Raises:
        PlatformError: the boundary would be longer than IAM takes.
    """
    granted: set[str] = set()
    for role in roles:
        document = _granted(role)
        if document:
            granted |= _allowed(document)
            reasons = {f"AwsSolutions-IAM5[{found}]": OWN_RESOURCE for found in _narrow(document)}
            acknowledge_each(role, {INLINE: ONE_ROLE, **reasons})
    for document in _attached(roles, beside):
        granted |= _allowed(document)
    if granted:
        _widen_boundary(roles[0], granted)


def _granted(role: iam.IRole) -> Mapping[str, Any]:
    """The policy that the CDK makes of grants to a role, where it has any."""
    policy = role.node.try_find_child("DefaultPolicy")
    found = cdk.Stack.of(role).resolve(policy.document) if isinstance(policy, iam.Policy) else {}
    return found if isinstance(found, Mapping) else {}


def _attached(
    roles: Iterable[iam.IRole], beside: Iterable[IConstruct]
) -> Iterator[Mapping[str, Any]]:
    """The policies that were made as constructs of their own, for one of these roles."""
    policies = [
        found
        for child in beside
        for found in child.node.find_all()
        if isinstance(found, iam.CfnManagedPolicy | iam.CfnPolicy)
    ]
    if not policies:
        return
    stack = cdk.Stack.of(policies[0])
    resolve = stack.resolve
    ours = [role.node.default_child for role in roles]
    made = [role for role in ours if isinstance(role, iam.CfnRole)]
    names = [resolve(role.ref) for role in made]
    arns = [arn for role in made for arn in resolve(role.managed_policy_arns) or ()]
    for policy in policies:
        names_of_roles = resolve(policy.roles) or ()
        if resolve(policy.ref) in arns or any(name in names for name in names_of_roles):
            yield resolve(policy.policy_document)


def _allowed(document: Mapping[str, Any]) -> set[str]:
    return {
        action
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
        for action in _listed(statement.get("Action", ()))
    }


def _widen_boundary(role: iam.IRole, granted: set[str]) -> None:
    """Let the boundary of a persona's roles through what constructs of the stack have granted."""
    boundary = role.permissions_boundary if isinstance(role, iam.Role) else None
    if not isinstance(boundary, iam.ManagedPolicy):
        return
    stack = cdk.Stack.of(role)
    more = granted - _let_through(stack.resolve(boundary.document), granted)
    if more:
        statement = Statement(
            sid="WhatConstructsGrant",
            actions=tuple(sorted(more)),
            resources=("*",),
            reason=OUTLINE,
        )
        boundary.add_statements(policy_statement(statement))
        acknowledge_each(boundary, wildcard_reasons([statement]))
        _check_length(boundary, more)


def _check_length(boundary: iam.ManagedPolicy, granted: set[str]) -> None:
    stack = cdk.Stack.of(boundary)
    known = {"AWS::AccountId": stack.account, "AWS::Region": stack.region, "AWS::Partition": "aws"}
    document = stack.resolve(boundary.document)
    written = evaluate(document, Scope(values=known, unknown=lambda _: AN_ID))
    length = len(json.dumps(written, separators=(",", ":")))
    if length > MOST_CHARACTERS:
        raise PlatformError(
            f"the boundary '{boundary.node.id}' would have {length} characters with the "
            f"{len(granted)} actions that are granted besides (such as {min(granted)}); IAM takes "
            f"{MOST_CHARACTERS}",
            hint="grant fewer actions, or families of them such as 'bedrock:Invoke*'",
        )


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
            actions = _listed(statement.get("Action", ()))
            yield from (f"Action::{a}" for a in actions if "*" in a)
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
