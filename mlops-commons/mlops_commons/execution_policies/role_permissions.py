"""Making and changing roles: only their own policies, and with a boundary where one is wanted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.permission_tables import SERVICE_LINKED_ROLES
from mlops_commons.execution_policies.physical_names import arns, one_arn
from mlops_commons.execution_policies.required_actions import Need
from mlops_commons.execution_policies.resource_kinds import KINDS, statement_name
from mlops_commons.execution_policies.values import text
from mlops_commons.iam.statements import Statement
from mlops_commons.utilities.errors import PlatformError

NEED_POLICY: Final = frozenset({"iam:AttachRolePolicy", "iam:DetachRolePolicy"})
"""A condition can say which policies are attached."""
NEED_BOUNDARY: Final = frozenset(
    {"iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
)
"""A condition can want the role to have a boundary (Service Authorization Reference, IAM)."""


def role_conditions(
    actions: Iterable[str],
    stacks: Sequence[StackTemplate],
    boundary: str,
    deployment_boundaries: Sequence[str] = (),
) -> Iterator[Statement]:
    """The statements for what could give a role more than its template says.

    Args:
        boundary: the ARN of the organization's boundary, which the roles of the platform must have,
            or one that their own templates make; empty for none.
        deployment_boundaries: the ARNs of which each role of a project must have one.

    Raises:
        PlatformError: a role of a template has no such boundary.
    """
    wanted = set(actions)
    own = tuple(stack for stack in stacks if "*" not in stack.stack)
    projects = tuple(stack for stack in stacks if "*" in stack.stack)
    for of_whom, found, boundaries in (
        ("", own, _boundaries(own, boundary) if boundary else ()),
        ("OfProjects", projects, tuple(deployment_boundaries)),
    ):
        if found:
            yield from _statements(of_whom, wanted, found, boundaries)


def pass_role_statements(by_service: Mapping[str, tuple[str, ...]]) -> Iterator[Statement]:
    """Handing roles to services: for each service exactly those that it gets."""
    for service, roles in by_service.items():
        yield Statement(
            sid=f"PassRolesTo{statement_name(service.partition('.')[0])}",
            actions=("iam:PassRole",),
            resources=roles,
            reason="the names of exactly the roles that templates hand to this service; those "
            "that CloudFormation makes end with random characters",
            condition={"StringEquals": {"iam:PassedToService": service}},
        )


def service_linked_roles(wanted: Iterable[Need], place: Environment) -> Iterator[Statement]:
    """Making the roles that AWS's services have in an account that has none of them yet."""
    services = sorted(
        {
            SERVICE_LINKED_ROLES.get(
                need.type, f"{handler_permissions().service_of(need.type)}.amazonaws.com"
            )
            for need in wanted
            if "iam:CreateServiceLinkedRole" in need.actions
        }
    )
    if not services:
        return
    role = f"arn:{place.partition}:iam::{place.account}:role/aws-service-role"
    yield Statement(
        sid="CreateServiceLinkedRoles",
        actions=("iam:CreateServiceLinkedRole",),
        resources=tuple(f"{role}/{service}/*" for service in services),
        reason="AWS names the one role that a service may have below its path, and says what it "
        "may do",
        condition={"StringEquals": {"iam:AWSServiceName": tuple(services)}},
    )


def _statements(
    of_whom: str, wanted: set[str], stacks: Sequence[StackTemplate], boundaries: tuple[str, ...]
) -> Iterator[Statement]:
    roles = _patterns("iam:role", stacks)
    if not roles:
        return
    operator = "ArnLike" if any("*" in arn for arn in boundaries) else "ArnEquals"
    bounded = {operator: {"iam:PermissionsBoundary": boundaries}} if boundaries else {}
    if wanted & NEED_BOUNDARY:
        yield Statement(
            sid=f"MakeRoles{of_whom}",
            actions=tuple(sorted(wanted & NEED_BOUNDARY)),
            resources=roles,
            reason="the roles of these stacks by the beginning of their names",
            condition=bounded,
        )
    if wanted & NEED_POLICY:
        yield Statement(
            sid=f"AttachPolicies{of_whom}",
            actions=tuple(sorted(wanted & NEED_POLICY)),
            resources=roles,
            reason="the roles of these stacks by the beginning of their names",
            condition={
                **bounded,
                "ArnLike": {**bounded.get("ArnLike", {}), "iam:PolicyARN": _policies(stacks)},
            },
        )


def _policies(stacks: Sequence[StackTemplate]) -> tuple[str, ...]:
    """The managed policies that these stacks make, and those that their roles name."""
    named = {
        text(policy, stack)
        for stack in stacks
        for _, properties in stack.resources("AWS::IAM::Role")
        for policy in properties.get("ManagedPolicyArns", ())
    }
    return tuple(sorted({*_patterns("iam:policy", stacks), *(n for n in named if n != "*")}))


def _patterns(name: str, stacks: Sequence[StackTemplate]) -> tuple[str, ...]:
    kind = next(row for row in KINDS if row.name == name)
    return arns(kind, stacks)


def _boundaries(stacks: Sequence[StackTemplate], wanted: str) -> tuple[str, ...]:
    """The organization's boundary, and those that the templates themselves make for their roles."""
    found, without = {wanted}, []
    for stack in stacks:
        for logical_id, properties in stack.resources("AWS::IAM::Role"):
            boundary = boundary_of(properties.get("PermissionsBoundary"), stack)
            found.add(boundary)
            if boundary != wanted and boundary not in _patterns("iam:policy", (stack,)):
                without.append(f"{stack.stack}: {logical_id}")
    if without:
        shown = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if without[3:] else "")
        raise PlatformError(
            f"roles of the templates carry neither the permissions boundary {wanted} nor one of "
            f"the platform: {shown}",
            hint="give them no boundary, and they get that of org.permissions_boundary by "
            "themselves; see docs/how-to/use-a-permissions-boundary.md",
        )
    return tuple(sorted(found))


def boundary_of(value: Any, stack: StackTemplate) -> str:
    """The ARN of a role's boundary; a pattern for one that the template makes."""
    made = dict(stack.resources("AWS::IAM::ManagedPolicy"))
    if isinstance(value, Mapping) and value.get("Ref") in made:
        kind = next(row for row in KINDS if row.name == "iam:policy")
        return one_arn(kind, stack, value["Ref"], made[value["Ref"]])
    return text(value, stack)
