"""The names that resources get, as patterns of their ARNs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.execution_policies.resource_kinds import KINDS, Kind, Naming
from mlops_commons.execution_policies.values import text

GENERATED_LENGTH: Final = 12
"""Random characters at the end of a name that CloudFormation makes."""
KEPT_LENGTH: Final = 20
"""CloudFormation shortens stack name and logical id of a name that is too long. How is not
documented; names seen in the field keep 24 characters of each at least: the safe side."""


def arns(kind: Kind, stacks: Sequence[StackTemplate]) -> tuple[str, ...]:
    """The patterns of the ARNs of all resources of a kind, without those that others include."""
    found = {arn for stack in stacks for arn in _in_stack(kind, stack)}
    return tuple(sorted(without_included(found)))


def without_included(patterns: set[str]) -> set[str]:
    """The patterns that no other one of them includes by its `*` at the end."""
    open_ends = [pattern[:-1] for pattern in patterns if pattern.endswith("*")]
    return {
        pattern
        for pattern in patterns
        if not any(pattern.startswith(start) and pattern != f"{start}*" for start in open_ends)
    }


def _in_stack(kind: Kind, stack: StackTemplate) -> Iterator[str]:
    for logical_id, properties in stack.resources(*kind.types):
        yield one_arn(kind, stack, logical_id, properties)


def one_arn(
    kind: Kind, stack: StackTemplate, logical_id: str, properties: Mapping[str, Any]
) -> str:
    """The pattern of the ARN of one resource."""
    name = pattern(kind, stack, logical_id, properties)
    place = stack.environment
    return kind.arn.format(
        partition=place.partition,
        region=place.region,
        account=place.account,
        path=text(properties.get("Path", "/"), stack),
        name=name.removeprefix("/") if kind.name == "ssm:parameter" else name,
    )


def pattern(
    kind: Kind, stack: StackTemplate, logical_id: str, properties: Mapping[str, Any]
) -> str:
    """The name of one resource, with `*` for what is not known before it exists."""
    given = properties.get(kind.name_property)
    if given is not None:
        name = _named_after_a_resource(given, stack) or text(given, stack)
    elif kind.naming is Naming.STACK:
        name = _shared_beginning(kind, stack, logical_id)
    elif kind.naming is Naming.LOGICAL_ID:
        name = f"{logical_id[:KEPT_LENGTH]}*"
    else:
        name = "*"
    return name.lower() if kind.lower else name


def generated_name(kind: Kind, stack: StackTemplate, logical_id: str) -> str:
    """The name that CloudFormation makes of stack name and logical id, as exact as it can be."""
    if len(f"{stack.stack}-{logical_id}-") + GENERATED_LENGTH < kind.maximum:
        return f"{stack.stack}-{logical_id}-*"
    # How much of the logical id remains is not known either.
    return f"{_shortened(stack.stack)}*"


def _shared_beginning(kind: Kind, stack: StackTemplate, logical_id: str) -> str:
    """One pattern for all resources of a stack, so that the policy stays small."""
    if "*" in stack.stack:
        return f"{stack.stack}-*"
    fits = len(f"{stack.stack}-{logical_id}-") + GENERATED_LENGTH < kind.maximum
    return f"{stack.stack}-*" if fits else f"{_shortened(stack.stack)}*"


def _shortened(stack_name: str) -> str:
    """What surely remains of a stack's name that is too long."""
    return stack_name[:KEPT_LENGTH]


def _named_after_a_resource(value: Any, stack: StackTemplate) -> str:
    """`/aws/lambda/<function>`: a name that ends with the generated name of a function."""
    if not isinstance(value, Mapping) or "Fn::Join" not in value:
        return ""
    separator, parts = value["Fn::Join"]
    functions = dict(stack.resources("AWS::Lambda::Function"))
    kind = next(row for row in KINDS if row.name == "lambda:function")
    return str(separator).join(
        pattern(kind, stack, part["Ref"], functions[part["Ref"]])
        if isinstance(part, Mapping) and part.get("Ref") in functions
        else text(part, stack)
        for part in parts
    )
