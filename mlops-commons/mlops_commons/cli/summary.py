"""What an assembly would deploy where: as a table for people, as JSON for programs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mlops_commons.utilities.cloud_assembly import StackSummary

WIDTH_WITHOUT_TERMINAL: Final = 160


def print_table(stacks: Sequence[StackSummary], *, assembly: Path, reused: bool) -> None:
    """Print one row per stack, the totals, and where the templates are."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("Account", "Role", "Region", "Stack"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Resources", justify="right")
    table.add_column("Description")
    for stack in stacks:
        cells = (stack.account, stack.role, stack.region, stack.stack, str(stack.resources))
        table.add_row(*map(Text, (*cells, stack.description)))
    console.print(table)
    accounts = len({stack.account for stack in stacks})
    resources = sum(stack.resources for stack in stacks)
    totals = f"{accounts} accounts, {len(stacks)} stacks, {resources} resources"
    state = "unchanged since the last synth" if reused else "synthesised"
    console.print(Text(f"\n{totals}; {state}; templates in {assembly}"), soft_wrap=True)


def print_json(stacks: Sequence[StackSummary]) -> None:
    """Print `{"stacks": [...]}` with the fields of `StackSummary`."""
    json.dump({"stacks": [asdict(stack) for stack in stacks]}, sys.stdout, indent=2)
    sys.stdout.write("\n")
