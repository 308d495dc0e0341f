"""What the roles of products may do, read from the products' templates."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from mlops_commons.assembly import intrinsics
from mlops_commons.assembly.templates import StackTemplate, Template
from mlops_commons.execution_policies.anywhere import in_words_of_sub
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.launch_policy import launched
from mlops_commons.execution_policies.sensitive import IDENTITIES
from mlops_commons.execution_policies.values import is_unknown, text
from mlops_commons.iam.statements import Statement

USING_ROLES: Final = frozenset({"iam:GetRole", "iam:PassRole", "sts:AssumeRole"})
ATTACHED: Final = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")


def role_statements(templates: Iterable[Template]) -> Iterator[Statement]:
    """What roles are allowed, in the words of `Fn::Sub`, on the names of projects' resources.

    Left out, and so beyond any boundary that is made of it: `*` for all actions, and of services
    that decide who may do what, everything but the use of roles.
    """
    for stack in map(launched, templates):
        scope = replace(stack.scope, attribute=partial(_attribute, stack))
        for document in _documents(stack):
            for row in intrinsics.evaluate(document, scope).get("Statement", ()):
                if row.get("Effect") == "Allow":
                    yield from _by_service(row, stack)


def _by_service(row: Mapping[str, Any], stack: StackTemplate) -> Iterator[Statement]:
    grouped: dict[str, list[str]] = {}
    for action in _listed(row.get("Action")):
        service = action.partition(":")[0]
        if action != "*" and (service not in IDENTITIES or action in USING_ROLES):
            grouped.setdefault(service, []).append(action)
    for service, actions in grouped.items():
        named = tuple(_within(arn, service, stack) for arn in _listed(row.get("Resource")))
        sid = str(row.get("Sid", ""))
        yield in_words_of_sub(Statement(sid=sid, actions=tuple(actions), resources=named))


def _within(arn: str, service: str, stack: StackTemplate) -> str:
    """A resource; what only the deployment knows is of this account and region in any case."""
    place = stack.environment
    known = not isinstance(arn, intrinsics.Unknown) or not is_unknown(arn)
    start = f"arn:{place.partition}:{service}:{place.region}:{place.account}"
    return str(arn) if known else f"{start}:*"


def _documents(stack: StackTemplate) -> Iterator[Mapping[str, Any]]:
    for _, properties in stack.resources(*ATTACHED):
        yield properties.get("PolicyDocument", {})
    for _, properties in stack.resources("AWS::IAM::Role"):
        yield from (policy.get("PolicyDocument", {}) for policy in properties.get("Policies", ()))


def _attribute(stack: StackTemplate, logical_id: str, name: str) -> str | None:
    """The ARN of a resource of the same template, by the kind that its type makes."""
    resource = stack.template["Resources"].get(logical_id, {})
    kind = str(resource.get("Type", ""))
    extract = handler_permissions()
    arn = extract.arn_of(extract.own_kind(kind))
    if "Arn" not in name or not arn:
        return None
    given = resource.get("Properties", {}).get(extract.name_property(kind) or "-")
    place = stack.environment
    return arn.format(
        partition=place.partition,
        region=place.region,
        account=place.account,
        name="*" if given is None else text(given, stack),
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
