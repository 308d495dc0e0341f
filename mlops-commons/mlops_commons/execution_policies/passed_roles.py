"""Which roles the templates hand to services: what CloudFormation needs `iam:PassRole` for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.physical_names import generated_name
from mlops_commons.execution_policies.required_actions import actions_of
from mlops_commons.execution_policies.resource_kinds import KINDS
from mlops_commons.execution_policies.review import Review
from mlops_commons.execution_policies.values import branches, is_unknown, text

ROLE: Final = next(kind for kind in KINDS if kind.name == "iam:role")
ROLE_ARN: Final = re.compile(r"arn:[^:]+:iam::[^:]*:role/(?P<name>.+)", re.DOTALL)
OWN_SERVICE: Final = {
    "AWS::EC2::FlowLog": "vpc-flow-logs",
    "AWS::IAM::InstanceProfile": "ec2",
    "AWS::ServiceCatalog::LaunchRoleConstraint": "servicecatalog",
}
"""Whom a type hands roles to, where the prefix of its actions is not the service's name."""
NOT_HANDED_OVER: Final = re.compile(r"Configuration$|Environment|Policy|Principal|Tags$|Variables")
"""Properties that name roles without handing them over; an action's `Configuration` is used by the
role of its pipeline."""


@dataclass(frozen=True, kw_only=True)
class PassedRoles:
    """Patterns of the ARNs of roles, by the service principal that gets them."""

    by_service: Mapping[str, tuple[str, ...]]
    reviews: tuple[Review, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Found:
    roles: dict[str, set[str]] = field(default_factory=dict)
    reviews: set[Review] = field(default_factory=set)


def passed_roles(stacks: Sequence[StackTemplate]) -> PassedRoles:
    """The roles that resources hand to services.

    A role that only the deployment knows is left out: `iam:PassRole` for every role would hand
    administrators to whoever writes a template.
    """
    found = _Found()
    for stack in stacks:
        for resource in stack.template.get("Resources", {}).values():
            kind = resource["Type"]
            if "iam:PassRole" in (actions_of(kind) or {"iam:PassRole"}):
                for key, value in _named(resource.get("Properties", {})):
                    _add(found, kind, key, value, stack)
    return PassedRoles(
        by_service={name: tuple(sorted(roles)) for name, roles in sorted(found.roles.items())},
        reviews=tuple(sorted(found.reviews)),
    )


def role_arn(value: Any, stack: StackTemplate) -> str:
    """The pattern of the ARN of a role that a property names."""
    logical_id = _own(value, stack)
    return _own_role(stack, logical_id) if logical_id else text(value, stack)


def _add(found: _Found, kind: str, key: str, value: Any, stack: StackTemplate) -> None:
    arn = role_arn(value, stack)
    match = ROLE_ARN.fullmatch(arn)
    name = match["name"] if match else ""
    if name and not is_unknown(name):
        for service in _services(kind, _own(value, stack), stack):
            found.roles.setdefault(service, set()).add(arn)
    elif name or (is_unknown(arn) and re.search("[Rr]ole", key)):
        what = f"left out: iam:PassRole for {key} of a resource in {stack.stack}"
        reason = "only the deployment knows which role it is; name the role in the template"
        found.reviews.add(Review(type=kind, what=what, reason=reason))


def _services(kind: str, logical_id: str, stack: StackTemplate) -> list[str]:
    """Whom a role is handed to: its type's service, or those that the role itself trusts."""
    prefix = OWN_SERVICE.get(kind, handler_permissions().service_of(kind))
    own = f"{prefix}.amazonaws.com"
    trusted = _trusted(stack.template["Resources"][logical_id]) if logical_id else set()
    return [own] if own in trusted or not trusted else sorted(trusted)


def _trusted(role: Mapping[str, Any]) -> set[str]:
    document = role.get("Properties", {}).get("AssumeRolePolicyDocument", {})
    found = set()
    for statement in document.get("Statement", ()):
        principal = statement.get("Principal", {})
        services = principal.get("Service", ()) if isinstance(principal, Mapping) else ()
        named = [services] if isinstance(services, str) else services
        found |= {name for name in named if isinstance(name, str)}
    return found


def _own(value: Any, stack: StackTemplate) -> str:
    """The logical id of a role of the same stack that a value names; empty for another."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return ""
    ((function, argument),) = value.items()
    logical_id = argument[0] if function == "Fn::GetAtt" else argument
    resource = stack.template["Resources"].get(logical_id) if isinstance(logical_id, str) else None
    named = function in ("Ref", "Fn::GetAtt") and (resource or {}).get("Type") == "AWS::IAM::Role"
    return str(logical_id) if named else ""


def _own_role(stack: StackTemplate, logical_id: str) -> str:
    properties = stack.template["Resources"][logical_id].get("Properties", {})
    given = properties.get("RoleName")
    name = generated_name(ROLE, stack, logical_id) if given is None else text(given, stack)
    place = stack.environment
    return ROLE.arn.format(
        partition=place.partition,
        account=place.account,
        region=place.region,
        path=text(properties.get("Path", "/"), stack),
        name=name,
    )


def _named(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value below the properties with the name of its property."""
    if isinstance(value, list):
        for entry in value:
            yield from _named(entry, key)
    elif isinstance(value, Mapping) and not _is_function(value):
        for name, inner in value.items():
            if not NOT_HANDED_OVER.search(name):
                yield from _named(inner, name)
    else:
        for branch in branches(value):
            yield from [(key, branch)] if branch is value else _named(branch, key)


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))
