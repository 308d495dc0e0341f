"""What the checks of behaviour say of a stack, as it is and with a change of its template."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.table import CHECKS

Change = Callable[[dict[str, Any]], object]


def said(stack: Stack) -> list[str]:
    """What each check finds, after its name."""
    return [f"{name}: {text}" for name, check in CHECKS.items() for text in check(stack)]


def said_after(change: Change, stack: Stack) -> list[str]:
    """The same of the stack with its template changed."""
    template = copy.deepcopy(dict(stack.template))
    change(template)
    return said(replace(stack, template=template))
