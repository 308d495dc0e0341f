"""What `costs` prints for people."""

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import typer

from mlops_commons.cli.tables import console, print_blocks, print_wrapped, wrapped

if TYPE_CHECKING:
    from mlops_commons.costs.report import Report

LEAST: Final = 78
"""Columns that the tables need; a narrower terminal gets a block of lines for each row."""


def print_report(found: "Report") -> None:
    """Print both tables: what exists costs, and what people do on top."""
    bold = sys.stdout.isatty()
    typer.secho("Fixed, US dollars a month", bold=bold)
    _print_accounts(found, bold=bold)
    if found.projects:
        per_project = [fixed.usd(found.prices) for fixed in found.projects.values()]
        least, most = min(per_project), max(per_project)
        span = f"${least:.2f}" if least == most else f"${least:.2f} to ${most:.2f}"
        print_wrapped(["", f"Each project adds {span} to its dev account while it is idle."])
    typer.secho("\nWith use, US dollars a month", bold=bold)
    _print_cases(found, bold=bold)
    _print_notes(found)


def _print_accounts(found: "Report", *, bold: bool) -> None:
    from mlops_commons.costs.report import GROUPS, grouped

    rows = [
        (account.account, account.roles, grouped(account.fixed, found.prices))
        for account in found.accounts
    ]
    sums = {title: sum(groups[title] for _, _, groups in rows) for title in GROUPS}
    titles = (*GROUPS, "Total")
    if console().width < LEAST:
        named = [*rows, ("all", (), sums)]
        print_blocks(
            ("", "Role", *titles),
            [(name, ", ".join(roles), *_figures(groups)) for name, roles, groups in named],
        )
        return
    typer.secho(f"  {'Account':<14}{'Role':<12}{_in_columns(titles)}", bold=bold)
    for name, roles, groups in rows:
        typer.echo(f"  {name:<14}{_short(roles):<12}{_in_columns(_figures(groups))}")
    typer.secho(f"  {'all':<26}{_in_columns(_figures(sums))}", bold=bold)


def _print_cases(found: "Report", *, bold: bool) -> None:
    room = console().width
    titles = ("On top, each set", "All")
    if room >= LEAST:
        typer.secho(f"  {'Case':<26}{titles[0]:>20}{titles[1]:>20}", bold=bold)
    for case in found.cases:
        sums = f"{case.usd(found.prices):,.2f}", f"{found.total(case):,.2f}"
        if room < LEAST:
            print_blocks(("", *titles), [(case.name, *sums)])
        else:
            typer.echo(f"  {case.name:<26.26}{sums[0]:>20}{sums[1]:>20}")
        print_wrapped([wrapped(f"    {case.text}", min(room, LEAST))])


def _print_notes(found: "Report") -> None:
    typer.echo("")
    regions = sorted({found.prices.of(name).region for name in ("nat_hour", "endpoint_hour")})
    lines = [f"Prices of {', '.join(regions)}, read on {found.prices.read}; --json has sources."]
    if elsewhere := sorted({a.region for a in found.accounts} - set(regions)):
        lines += [f"Your stacks are in {', '.join(elsewhere)} too: costs refresh --region REGION"]
    if found.unverified:
        lines += [f"Not read in a list of AWS's: {len(found.unverified)} prices; costs refresh"]
    print_wrapped(lines)
    for type_, number in sorted(found.unknown.items()):
        line = wrapped(f"Of unknown price, in no sum: {number} x {type_}")
        typer.secho(line, fg=_warning())


def _short(roles: tuple[str, ...]) -> str:
    text = ", ".join(roles)
    return text if len(text) <= 11 else f"{text[:9]}.."


def _figures(groups: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(f"{usd:,.2f}" for usd in (*groups.values(), sum(groups.values())))


def _in_columns(cells: Iterable[str]) -> str:
    return "".join(f"{cell:>10}" for cell in cells)


def _warning() -> str | None:
    return typer.colors.YELLOW if sys.stdout.isatty() else None
