"""`config statements`: what owners of buckets, keys and endpoints add to the policies of these."""

import json
from dataclasses import asdict
from typing import Annotated, Final

import typer

from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import say

EPILOG: Final = epilog(
    """
An archive of logs, a key and a central endpoint of the organization have policies that only their
owners change. What these policies need for the accounts of cdk-app.yml is printed; run it again
after a change of accounts.
""",
    {
        "config statements": "for the owners, as statements of a policy",
        "config statements --json": "for a script",
    },
)
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def register(group: typer.Typer) -> None:
    """Add the verb to the group."""
    group.command("statements", epilog=EPILOG)(statements)


def statements(as_json: AsJson = False) -> None:
    """Print what owners of buckets, keys and endpoints add."""
    from mlops_commons.accounts.owner_statements import owner_statements
    from mlops_commons.config import load_config

    found = owner_statements(load_config())
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in found], indent=2))
        return
    if not found:
        typer.echo("nothing: no bucket, key or endpoint of others is named")
    for row in found:
        typer.secho(f"{row.policy_of}: {row.purpose}", bold=True)
        typer.echo(json.dumps(row.statements, indent=2))
        if row.excess:
            say(
                f"warning: {row.policy_of}: these statements alone are {row.excess:,} characters "
                "too long for its policy; use another one for some of the account sets"
            )
