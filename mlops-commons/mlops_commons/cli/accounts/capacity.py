"""`doctor --capacity`: which quota so many sets and projects reach first."""

import json
from typing import TYPE_CHECKING

import typer

from mlops_commons.cli.apps.assemblies import synthesised_stacks
from mlops_commons.cli.tables import NEXT, print_table, print_wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_commons.doctor.capacity import Need


def print_capacity(sets: int, projects: int, *, as_json: bool) -> bool:
    """Print what so many sets and projects need; whether the default quotas hold it.

    Raises:
        PlatformError: an app cannot be synthesised.
    """
    from mlops_commons.assembly.templates import read_templates
    from mlops_commons.doctor.capacity import capacity

    apps = [read_templates(folder) for folder in synthesised_stacks(quiet=as_json)]
    needs = capacity(apps, sets, projects)
    if as_json:
        typer.echo(json.dumps([_row(need) for need in needs], indent=2))
    else:
        _print(needs, sets, projects)
    return all(need.share <= 1 for need in needs)


def _row(need: "Need") -> dict[str, object]:
    return {
        "account": need.account,
        "region": need.region,
        "quota": need.quota.name,
        "code": f"{need.quota.service}/{need.quota.code}",
        "default": need.limit,
        "needed": need.needed,
        "lasts": need.lasts,
    }


def _print(needs: "Sequence[Need]", sets: int, projects: int) -> None:
    from mlops_commons.assembly.stacks import GOVERNANCE

    about = f"{sets} sets under one governance account, {projects} projects in each dev account"
    print_wrapped([about, ""])
    rows = [
        (
            need.account,
            need.quota.name,
            str(need.needed),
            str(need.limit),
            f"{need.lasts} {'sets' if need.account == GOVERNANCE else 'projects'}",
        )
        for need in needs
    ]
    print_table(("Account", "Quota", "Needed", "Default", "Lasts for"), rows)
    typer.echo("")
    over = [need for need in needs if need.share > 1]
    for need in over:
        typer.echo(f"ask in {need.account}")
        typer.echo(f"  {NEXT}{need.quota.request(need.needed, need.region)}")
    if not over:
        print_wrapped(
            ["the default quotas hold it; what projects deploy themselves is not counted"]
        )
