"""What an assembly would deploy where: as a table for people, as JSON for programs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Final

from rich.text import Text

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.cli.tables import GAP, console, empty_table, print_stripped, print_wrapped, width
from mlops_commons.utilities.words import counted

LEAST_DESCRIPTION: Final = 30
"""Characters of a description that are worth a column beside the others."""
HEADINGS: Final = ("Account", "Role", "Region", "Stack", "Resources")
REGION: Final = HEADINGS.index("Region")


def print_table(stacks: Sequence[StackSummary], *, assembly: Path, reused: bool) -> None:
    """Print one row per stack, the totals, and where the templates are.

    Nothing is cut: where the terminal is too narrow for all columns, a region that all stacks share
    moves to the totals; where that does not suffice, each account is a block of its own.
    """
    regions = sorted({stack.region for stack in stacks})
    rows = [_cells(stack) for stack in stacks]
    headings, fewer = _without_region(HEADINGS), [_without_region(row) for row in rows]
    room = console().width
    if width(HEADINGS, rows) <= room:
        _print(HEADINGS, rows, [stack.description for stack in stacks])
    elif len(regions) == 1 and width(headings, fewer) <= room:
        _print(headings, fewer, [])
    else:
        _print_by_account(stacks)
    state = "unchanged since the last synth" if reused else "synthesised"
    print_wrapped(["", f"{_totals(stacks, regions)}; {state}; templates in {assembly}"])


def print_json(stacks: Sequence[StackSummary]) -> None:
    """Print `{"stacks": [...]}` with the fields of `StackSummary`."""
    json.dump({"stacks": [asdict(stack) for stack in stacks]}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _cells(stack: StackSummary) -> tuple[str, ...]:
    return (stack.account, stack.role, stack.region, stack.stack, str(stack.resources))


def _without_region(row: Sequence[str]) -> tuple[str, ...]:
    return (*row[:REGION], *row[REGION + 1 :])


def _print(
    headings: Sequence[str], rows: Sequence[Sequence[str]], descriptions: Sequence[str]
) -> None:
    screen, table = console(), empty_table()
    for heading in headings:
        right = heading == HEADINGS[-1]
        table.add_column(heading, no_wrap=True, justify="right" if right else "left")
    described = descriptions and screen.width - width(headings, rows) - GAP >= LEAST_DESCRIPTION
    if described:
        table.add_column("Description")
    for row, description in zip_longest(rows, descriptions, fillvalue=""):
        # One line each: cut at the cell, because a column that cannot wrap would shrink the others.
        last = [Text(description, no_wrap=True, overflow="ellipsis")] if described else []
        table.add_row(*map(Text, row), *last)
    print_stripped(screen, table)


def _print_by_account(stacks: Sequence[StackSummary]) -> None:
    """A line per account, role and region, and under it its stacks with their resources."""
    for (account, role, region), found in groupby(stacks, lambda s: (s.account, s.role, s.region)):
        sys.stdout.write(f"{account}  {role}  {region}\n")
        sys.stdout.writelines(f"  {s.stack}  {counted(s.resources, 'resource')}\n" for s in found)


def _totals(stacks: Sequence[StackSummary], regions: Sequence[str]) -> str:
    accounts = len({stack.account for stack in stacks})
    resources = sum(stack.resources for stack in stacks)
    where = f" in {regions[0]}" if len(regions) == 1 else ""
    return ", ".join(
        [
            counted(accounts, "account") + where,
            counted(len(stacks), "stack"),
            counted(resources, "resource"),
        ]
    )
