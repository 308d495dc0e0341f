"""What an assembly would deploy where: as a table for people, as JSON for programs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.text import Text

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.cli.tables import console, empty_table

WIDTH_WITH_DESCRIPTIONS: Final = 120
"""Narrower terminals have no room for them beside the other columns."""


def print_table(stacks: Sequence[StackSummary], *, assembly: Path, reused: bool) -> None:
    """Print one row per stack, the totals, and where the templates are."""
    screen, table = console(), empty_table()
    for heading in ("Account", "Role", "Region", "Stack"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Resources", justify="right")
    described = screen.width >= WIDTH_WITH_DESCRIPTIONS
    if described:
        table.add_column("Description")
    for stack in stacks:
        cells = [stack.account, stack.role, stack.region, stack.stack, str(stack.resources)]
        # One line each: cut at the cell, because a column that cannot wrap would shrink the others.
        description = Text(stack.description, no_wrap=True, overflow="ellipsis")
        table.add_row(*map(Text, cells), *[description] * described)
    screen.print(table)
    accounts = len({stack.account for stack in stacks})
    resources = sum(stack.resources for stack in stacks)
    totals = f"{accounts} accounts, {len(stacks)} stacks, {resources} resources"
    state = "unchanged since the last synth" if reused else "synthesised"
    screen.print(Text(f"\n{totals}; {state}; templates in {assembly}"), soft_wrap=True)


def print_json(stacks: Sequence[StackSummary]) -> None:
    """Print `{"stacks": [...]}` with the fields of `StackSummary`."""
    json.dump({"stacks": [asdict(stack) for stack in stacks]}, sys.stdout, indent=2)
    sys.stdout.write("\n")
