"""Which actions CloudFormation needs for each resource type, and what a person has to look at."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlops_commons.assembly.templates import StackTemplate, types_in
from mlops_commons.execution_policies.handler_permissions import (
    WHOLE_SERVICE,
    handler_permissions,
)
from mlops_commons.execution_policies.permission_tables import ADDITIONS
from mlops_commons.execution_policies.review import Review
from mlops_commons.execution_policies.sensitive import is_sensitive, unattended
from mlops_commons.execution_policies.unused_actions import UNUSED, Unused


@dataclass(frozen=True, kw_only=True)
class Need:
    """What CloudFormation needs for one resource type.

    Attributes:
        actions: `service:*` where no schema says which actions of a service.
        reviews: what is left out or wider than a schema would have it.
    """

    type: str
    actions: frozenset[str]
    reviews: tuple[Review, ...] = ()


def needs(stacks: Sequence[StackTemplate]) -> tuple[Need, ...]:
    """What the types in these templates need, without what nothing here uses."""
    return tuple(_need(kind, stacks) for kind in sorted(types_in(stacks)))


def required_actions(stacks: Sequence[StackTemplate]) -> dict[str, frozenset[str]]:
    """The actions that each resource type needs, without those that nothing here uses."""
    return {need.type: need.actions for need in needs(stacks)}


def actions_of(kind: str) -> frozenset[str] | None:
    """Every action of the handlers of a type, and of its tags; None where no table knows it."""
    name = "Custom::*" if is_custom(kind) else kind
    additions = [row for row in ADDITIONS if row.type == name]
    schema = handler_permissions().actions_of(kind)
    if schema is None and not additions:
        return None
    added = {a for row in additions for actions in row.handlers.values() for a in actions}
    return frozenset(added | (schema or frozenset()))


def is_custom(kind: str) -> bool:
    """Whether a type is a custom resource, which a function or a topic of its owner makes."""
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"


def _need(kind: str, stacks: Sequence[StackTemplate]) -> Need:
    found = actions_of(kind)
    if found is None:
        return _of_unknown_type(kind)
    if reason := unattended(kind):
        return Need(type=kind, actions=frozenset(), reviews=(_nothing(kind, reason),))
    used = {action for action in found if not _is_unused(kind, action, stacks)}
    left_out = {action for action in used if is_sensitive(kind, action)}
    notes = [Review(type=kind, **note) for note in NOTES.get(kind, ())]
    return Need(
        type=kind,
        actions=frozenset(used - left_out),
        reviews=(*_left_out(kind, left_out), *notes),
    )


def _of_unknown_type(kind: str) -> Need:
    if kind in WITHOUT_PERMISSIONS:
        return Need(type=kind, actions=frozenset())
    service = handler_permissions().service_of(kind)
    action = f"{service}:{WHOLE_SERVICE}"
    reason = unattended(kind) or ("" if service else UNKNOWN_SERVICE)
    if not reason and is_sensitive(kind, action):
        reason = f"nothing of the service '{service}' is given without a person's decision"
    if reason:
        return Need(type=kind, actions=frozenset(), reviews=(_nothing(kind, reason),))
    return Need(type=kind, actions=frozenset({action}))


def _nothing(kind: str, reason: str) -> Review:
    return Review(type=kind, what="nothing is granted", reason=f"{reason}; {KEEP}")


def _left_out(kind: str, actions: Iterable[str]) -> Iterator[Review]:
    if found := sorted(actions):
        yield Review(
            type=kind,
            what=f"left out: {', '.join(found)}",
            reason=f"with these a template could reach beyond itself; {KEEP}",
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


KEEP = "if a deployment is denied an action, add it to the generated file and keep that"
UNKNOWN_SERVICE = "no schema has this type, and no service of AWS has its name"
NOTES = {
    "AWS::CloudFormation::Stack": (
        {
            "what": "the resources of the nested stack are not in this policy",
            "reason": f"its template is a file of its own, which is not read here; {KEEP}",
        },
    ),
}
WITHOUT_PERMISSIONS = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)
"""CloudFormation makes them itself."""
