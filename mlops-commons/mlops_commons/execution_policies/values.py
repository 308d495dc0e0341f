"""The texts in a stack's template; `*` stands for what only the deployment knows."""

from collections.abc import Mapping
from typing import Any

from mlops_commons.assembly import intrinsics
from mlops_commons.assembly.templates import ANYTHING, StackTemplate


def text(value: Any, stack: StackTemplate) -> str:
    """The text that a value stands for, as a pattern."""
    return intrinsics.text(value, stack.scope)


def is_unknown(pattern: str) -> bool:
    """Whether a pattern says nothing at all."""
    return not pattern.strip(ANYTHING)


def branches(value: Any) -> list[Any]:
    """Both values of `Fn::If`, and all of those inside of them; a value itself otherwise."""
    if isinstance(value, Mapping) and set(value) == {"Fn::If"}:
        _, then, otherwise = value["Fn::If"]
        return [*branches(then), *branches(otherwise)]
    return [value]
