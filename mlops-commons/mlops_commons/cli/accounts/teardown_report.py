"""The steps of a teardown, and what stays after it, for people and scripts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from mlops_commons.cli.tables import print_table, print_wrapped

if TYPE_CHECKING:
    from mlops_commons.teardown.leftovers import Leftover
    from mlops_commons.teardown.plan import Step


def as_row(step: "Step") -> dict[str, str]:
    """A step as `--json` prints it."""
    return {
        "phase": str(step.phase),
        "kind": str(step.kind),
        "account": step.row.account,
        "region": step.row.region,
        "name": step.shown,
    }


def print_steps(steps: "Sequence[Step]") -> None:
    """What goes, in its order."""
    rows = [(str(n), *as_row(step).values()) for n, step in enumerate(steps, start=1)]
    print_table(("", "Phase", "Kind", "Account", "Region", "Name"), rows)


def print_leftovers(leftovers: "Sequence[Leftover]") -> None:
    """What AWS keeps, each with the command that removes it."""
    if leftovers:
        typer.secho("\nWhat AWS keeps, and the command that removes it", bold=True)
    for row in leftovers:
        print_wrapped([f"{row.account} {row.region} {row.type} {row.id} ({row.why})"])
        typer.echo(f"    {row.command}")
