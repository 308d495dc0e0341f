"""The bootstrap plan as a table for people and as JSON for scripts."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from mlops_commons.accounts.account_policies import AccountPolicy


def print_plan(policies: Sequence["AccountPolicy"]) -> None:
    """A row for each account and region."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from mlops_commons.cli.summary import WIDTH_WITHOUT_TERMINAL

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for title in ("Account", "Region", "Used by", "Trusts", "Execution policy", "Profile"):
        table.add_column(title, overflow="fold")
    for policy in policies:
        row = policy.row
        table.add_row(
            row.account,
            row.region,
            ", ".join(map(str, row.uses)),
            ", ".join(row.trust) or "-",
            _described(policy),
            row.profile if row.enabled else "others bootstrap it",
        )
    Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL).print(table)
    typer.echo()


def as_json(policy: "AccountPolicy", commands: Mapping[str, list[str]]) -> dict[str, Any]:
    """A row as `--json` prints it.

    Args:
        commands: the arguments of the CDK CLI by environment, without accounts left to others.
    """
    row = policy.row
    return {
        "account": row.account,
        "region": row.region,
        "uses": [str(use) for use in row.uses],
        "trust": list(row.trust),
        "profile": row.profile,
        "enabled": row.enabled,
        "policy_source": str(row.policy_source),
        "policy_arns": list(policy.arns),
        "policies": list(policy.documents),
        "command": ["cdk", *commands[row.environment]] if row.enabled else [],
    }


def _described(policy: "AccountPolicy") -> str:
    from mlops_commons.accounts.policy_documents import size

    row = policy.row
    if row.policy_arn:
        return row.policy_arn
    sizes = sum(size(document) for document in policy.documents)
    count = len(policy.documents)
    return f"{row.policy_source}: {count} polic{'y' if count == 1 else 'ies'}, {sizes:,} characters"
