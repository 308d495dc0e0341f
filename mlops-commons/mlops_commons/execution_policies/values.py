"""The texts in a stack's template; `*` stands for what only the deployment knows."""

from collections.abc import Mapping
from typing import Any, Final

from mlops_commons.assembly import intrinsics
from mlops_commons.assembly.templates import StackTemplate

ANYTHING: Final = "*"


def text(value: Any, stack: StackTemplate) -> str:
    """The text that a value stands for, as a pattern."""
    return intrinsics.text(value, scope(stack))


def scope(stack: StackTemplate) -> intrinsics.Scope:
    """What is known of a stack before it is deployed.

    A parameter may get another value than its default, so it is not known.
    """
    place = stack.environment
    return intrinsics.Scope(
        values={
            "AWS::Partition": place.partition,
            "AWS::Region": place.region,
            "AWS::AccountId": place.account,
            "AWS::StackName": stack.stack,
            **stack.known,
        },
        unknown=lambda name: ANYTHING,
        mappings=stack.template.get("Mappings", {}),
        conditions=stack.template.get("Conditions", {}),
    )


def is_unknown(pattern: str) -> bool:
    """Whether a pattern says nothing at all."""
    return not pattern.strip(ANYTHING)


def branches(value: Any) -> list[Any]:
    """Both values of `Fn::If`, and all of those inside of them; a value itself otherwise."""
    if isinstance(value, Mapping) and set(value) == {"Fn::If"}:
        _, then, otherwise = value["Fn::If"]
        return [*branches(then), *branches(otherwise)]
    return [value]
