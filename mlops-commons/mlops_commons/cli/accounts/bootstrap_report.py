"""The bootstrap plan as a table for people and as JSON for scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from mlops_commons.cli.tables import print_table, print_wrapped
from mlops_commons.utilities.words import counted

if TYPE_CHECKING:
    from mlops_commons.accounts.account_policies import AccountPolicy


def print_plan(policies: Sequence["AccountPolicy"]) -> None:
    """A row for each account and region, then what a person has to look at."""
    headings = ("Account", "Region", "Used by", "Trusts", "Execution policy", "Profile")
    print_table(
        headings,
        [
            (
                policy.row.account,
                policy.row.region,
                ", ".join(map(str, policy.row.uses)),
                ", ".join(policy.row.trust) or "-",
                _described(policy),
                policy.row.profile if policy.row.enabled else "others bootstrap it",
            )
            for policy in policies
        ],
    )
    typer.echo()
    remarks = [(policy.row.environment, review) for policy in policies for review in policy.reviews]
    if remarks:
        typer.echo("To review before these policies are used:")
        print_wrapped(f"  {environment}  {review}" for environment, review in remarks)
        typer.echo()
    bounded = [policy for policy in policies if policy.boundaries]
    if bounded:
        print_wrapped(
            ["Permissions boundaries of roles, for the service control policy that asks:"]
        )
        for policy in bounded:
            for arn in policy.boundaries:
                typer.echo(f"  {arn}")
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
        "boundaries": list(policy.boundaries),
        "review": [asdict(review) for review in policy.reviews],
        "command": ["cdk", *commands[row.environment]] if row.enabled else [],
    }


def _described(policy: "AccountPolicy") -> str:
    from mlops_commons.execution_policies.policy_documents import size

    row = policy.row
    if row.policy_arn:
        return row.policy_arn
    sizes = sum(size(document) for document in policy.documents)
    count = len(policy.documents)
    return f"{row.policy_source}: {counted(count, 'policy', 'policies')}, {sizes:,} characters"
