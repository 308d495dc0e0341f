"""Which actions CloudFormation needs in an account, from the types in its templates."""

from collections.abc import Sequence

from mlops_commons.assembly.templates import StackTemplate, types_in
from mlops_commons.execution_policies.handler_permissions import REGENERATE, handler_permissions
from mlops_commons.execution_policies.permission_tables import ADDITIONS
from mlops_commons.execution_policies.unused_actions import UNUSED, Unused
from mlops_commons.utilities.errors import PlatformError


def required_actions(stacks: Sequence[StackTemplate]) -> dict[str, frozenset[str]]:
    """The actions that each resource type needs, without those that nothing here uses.

    Raises:
        PlatformError: no table knows a type.
    """
    return {
        kind: frozenset(
            action for action in actions_of(kind) if not _is_unused(kind, action, stacks)
        )
        for kind in sorted(types_in(stacks))
    }


def actions_of(kind: str) -> frozenset[str]:
    """Every action of the create, read, update and delete handlers of a type, and of its tags."""
    name = "Custom::*" if kind.startswith("Custom::") else kind
    additions = [row.handlers for row in ADDITIONS if row.type == name]
    schema = handler_permissions().types.get(kind)
    if schema is None and not additions:
        raise PlatformError(
            f"nothing says which permissions CloudFormation needs for '{kind}'",
            hint="add its service to SERVICES in "
            f"mlops_commons/execution_policies/handler_permissions.py and run: {REGENERATE}",
        )
    tables = [*additions, *([schema] if schema else [])]
    return frozenset(
        action for handlers in tables for actions in handlers.values() for action in actions
    )


def _is_unused(kind: str, action: str, stacks: Sequence[StackTemplate]) -> bool:
    return any(
        row.type == kind and _names(row, action) and not _needed(row, stacks) for row in UNUSED
    )


def _names(row: Unused, action: str) -> bool:
    return any(
        action.startswith(name[:-1]) if name.endswith("*") else action == name
        for name in row.actions
    )


def _needed(row: Unused, stacks: Sequence[StackTemplate]) -> bool:
    return any(
        set(row.properties) & set(properties)
        for stack in stacks
        for _, properties in stack.resources(row.type)
    )
