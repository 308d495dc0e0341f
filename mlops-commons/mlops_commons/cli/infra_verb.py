"""`infra`: any verb of the CDK CLI, in the folder of mlops-infra."""

import typer

from mlops_commons.cli.cdk_verb import run_cdk
from mlops_commons.cli.exit_codes import ExitCode

EXAMPLES = """
\b
Any verb and flag of the CDK CLI may follow; '... infra VERB --help' is the CDK's own help.
Verbs that need credentials use the governance profile of cdk-app.yml when none is named.

\b
Examples:
  infra synth                          synthesise, then a table of what goes where
  infra synth --force                  also when nothing has changed since the last time
  infra synth --json                   the table as JSON
  infra synth STACK                    one template, as the CDK prints it
  infra ls | diff | deploy --all | destroy --all | drift
"""


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    # Without interspersed arguments everything after the first one belongs to the CDK CLI.
    settings = {
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
    }
    application.command("infra", epilog=EXAMPLES, context_settings=settings)(infra)


def infra(context: typer.Context) -> None:
    """Run a verb of the CDK CLI on the infrastructure app."""
    if not context.args:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)
    raise typer.Exit(run_cdk("infra", context.args))
