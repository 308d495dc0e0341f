"""What a delivery does not do by itself, printed before it begins."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mlops_commons.cli.tables import say

if TYPE_CHECKING:
    from mlops_commons.config.set_change import SetChange


def print_notes(changes: "Iterable[SetChange]") -> None:
    """Each change with what to do, on stderr: stdout may be read by a program."""
    for change in changes:
        say(f"note: {change.message}\n  next: {change.remedy}")
