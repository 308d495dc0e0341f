"""The permissions boundaries of an account's roles, which an organization has to accept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.execution_policies.role_permissions import boundary_of
from mlops_commons.execution_policies.values import is_unknown, text

KEY = "iam:PermissionsBoundary"


def boundaries_of(stacks: Sequence[StackTemplate]) -> tuple[str, ...]:
    """The ARNs that roles of these stacks have, and those that projects are let make roles with.

    The second are in conditions of policies, such as those of the launch role; `*` stands for what
    CloudFormation makes up.
    """
    found = {arn for stack in stacks for arn in (*_of_roles(stack), *_of_projects(stack))}
    return tuple(sorted(arn for arn in found if not is_unknown(arn)))


def _of_roles(stack: StackTemplate) -> Iterator[str]:
    for _, properties in stack.resources("AWS::IAM::Role"):
        if "PermissionsBoundary" in properties:
            yield boundary_of(properties["PermissionsBoundary"], stack)


def _of_projects(stack: StackTemplate) -> Iterator[str]:
    for _, properties in stack.resources("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        for statement in properties["PolicyDocument"]["Statement"]:
            for entries in statement.get("Condition", {}).values():
                yield from (text(value, stack) for value in _values(entries.get(KEY, ())))


def _values(value: Any) -> list[Any]:
    return [value] if isinstance(value, str | Mapping) else list(value)
