"""Who may do what, by the policies of a template. The evaluation is IAM's own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mlops_commons.iam.evaluation import Request, allows, listed, matches
from mlops_rehearsal.behaviour.stack import Resource, Stack

Statement = Mapping[str, Any]
POLICIES: Final = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy")
_WHO: Final = ("Principal", "NotPrincipal")


def statements(document: Any) -> list[Statement]:
    """The statements of a policy document."""
    return listed(document.get("Statement", [])) if isinstance(document, Mapping) else []


def policies_of(stack: Stack, role: Resource) -> list[Resource]:
    """The policies of a role that the template makes."""
    name, arns = stack.ref(role.id), listed(role.properties.get("ManagedPolicyArns", []))
    return [
        policy
        for policy in stack.of_type(*POLICIES)
        if name in listed(policy.properties.get("Roles", []))
        or (policy.type == POLICIES[0] and stack.arn(policy.id) in arns)
    ]


def identity(stack: Stack, role: Resource) -> list[Statement]:
    """The statements of a role's own policies."""
    if role.id not in stack.memory:
        stack.memory[role.id] = _identity(stack, role)
    known: list[Statement] = stack.memory[role.id]
    return known


def _identity(stack: Stack, role: Resource) -> list[Statement]:
    found = [
        statement
        for policy in policies_of(stack, role)
        for statement in statements(policy.properties["PolicyDocument"])
    ]
    for inline in role.properties.get("Policies", []):
        found += statements(inline["PolicyDocument"])
    return found


def boundary(stack: Stack, role: Resource) -> list[Statement] | None:
    """The statements of a role's boundary; None where it has none or another stack makes it."""
    wanted = role.properties.get("PermissionsBoundary")
    found = stack.referenced(wanted, POLICIES[0]) if wanted else None
    return statements(found.properties["PolicyDocument"]) if found else None


def may(stack: Stack, role: Resource, request: Request) -> bool:
    """Whether a role may do something, by its policies and its boundary."""
    most = boundary(stack, role)
    return allows(identity(stack, role), request) and (most is None or allows(most, request))


def resource_allows(document: Any, principal: str, request: Request) -> bool:
    """Whether a resource's policy lets a principal: a role's ARN, or the name of a service."""
    spoken = [_without_principal(s) for s in statements(document) if _speaks_of(s, principal)]
    return allows(spoken, request)


def resource_denies(document: Any, principal: str, request: Request) -> bool:
    """Whether a statement of a resource's policy denies it to a principal."""
    anything: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    spoken = [
        _without_principal(s)
        for s in statements(document)
        if s["Effect"] == "Deny" and _speaks_of(s, principal)
    ]
    return not allows([anything, *spoken], request)


def services_of(document: Any) -> Iterator[str]:
    """The services that a trust policy or a policy of a resource names."""
    for statement in statements(document):
        principal = statement.get("Principal", {})
        if isinstance(principal, Mapping):
            yield from map(str, listed(principal.get("Service", [])))


def principals(document: Any) -> Iterator[str]:
    """The principals of accounts that a policy names."""
    for statement in statements(document):
        principal = statement.get("Principal", {})
        if isinstance(principal, Mapping):
            yield from map(str, listed(principal.get("AWS", [])))


def actions(found: Iterable[Statement], effect: str = "Allow") -> set[str]:
    """The actions that statements name."""
    return {a for s in found if s["Effect"] == effect for a in listed(s.get("Action", []))}


def _without_principal(statement: Statement) -> Statement:
    found = {key: value for key, value in statement.items() if key not in _WHO}
    if not {"Resource", "NotResource"} & set(found):
        found["Resource"] = "*"
    return found


def _speaks_of(statement: Statement, principal: str) -> bool:
    named = statement.get("Principal", {})
    if named == "*":
        return True
    if principal.startswith("arn:"):
        account = principal.split(":")[4]
        return any(
            who in ("*", account, principal) or who == f"arn:aws:iam::{account}:root"
            for who in listed(named.get("AWS", []))
        )
    return any(matches(str(who), principal, {}) for who in listed(named.get("Service", [])))
