"""Making and changing roles: only their own policies, and with a boundary where one is wanted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mlops_commons.assembly.templates import Environment, StackTemplate
from mlops_commons.execution_policies.handler_permissions import handler_permissions
from mlops_commons.execution_policies.permission_tables import SERVICE_LINKED_ROLES
from mlops_commons.execution_policies.physical_names import arns
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
        boundary: the ARN that the roles of the platform must have; empty for none.
        deployment_boundaries: the ARNs of which each role of a project must have one.

    Raises:
        PlatformError: a role of a template does not have the boundary.
    """
    wanted = set(actions)
    own = tuple(stack for stack in stacks if "*" not in stack.stack)
    projects = tuple(stack for stack in stacks if "*" in stack.stack)
    if boundary:
        _check(own, boundary)
    for of_whom, found, boundaries in (
        ("", own, (boundary,) if boundary else ()),
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
    bounded: dict[str, Any] = {}
    if boundaries:
        bounded = {"ArnEquals": {"iam:PermissionsBoundary": boundaries}}
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
            condition={**bounded, "ArnLike": {"iam:PolicyARN": _policies(stacks)}},
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


def _check(stacks: Sequence[StackTemplate], boundary: str) -> None:
    without = [
        f"{stack.stack}: {logical_id}"
        for stack in stacks
        for logical_id, properties in stack.resources("AWS::IAM::Role")
        if text(properties.get("PermissionsBoundary"), stack) != boundary
    ]
    if without:
        shown = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if without[3:] else "")
        raise PlatformError(
            f"roles of the templates do not carry the permissions boundary {boundary}: {shown}",
            hint="leave --permissions-boundary out: a role can have one boundary, and personas and "
            "projects have one of the platform's; what an organisation can do instead is in "
            "docs/how-to/least-privilege-bootstrap.md, 'A permissions boundary'",
        )
