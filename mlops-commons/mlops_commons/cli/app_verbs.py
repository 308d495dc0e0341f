"""`infra` and `template`: any verb of the CDK CLI, in the folder of the app."""

from collections.abc import Callable
from typing import Final

import typer

from mlops_commons.cli.cdk_verb import run_cdk
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.housekeeping import clean_verb, init_verb
from mlops_commons.cli.publish import publish_verb

APPS: Final = {
    "infra": "Run a verb of the CDK CLI on the infrastructure app.",
    "template": "Run a verb of the CDK CLI on the app with the SageMaker project templates.",
}
EXAMPLES: Final = """
\b
Any verb and flag of the CDK CLI may follow; '... {app} VERB --help' is the CDK's own help.
Verbs that need credentials use the governance profile of cdk-app.yml when none is named.

\b
Examples:
  {app} synth                       synthesise, then a table of what goes where
  {app} synth --force               also when nothing has changed since the last time
  {app} synth --json                the table as JSON
  {app} synth STACK                 one template, as the CDK prints it
  {app} ls | diff | deploy --all | destroy --all | drift
  {app} publish -m MESSAGE          commit this checkout to the CodeCommit repositories
  {app} init | clean                show the environment; remove what is generated
"""


OWN_VERBS: Final = {"clean": clean_verb, "init": init_verb, "publish": publish_verb}
"""Verbs on an app that the CDK CLI does not have."""


def register(application: typer.Typer) -> None:
    """Add a verb for each app to the command line."""
    # Without interspersed arguments everything after the first one belongs to the CDK CLI.
    settings = {
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
    }
    for app, summary in APPS.items():
        application.command(
            app, help=summary, epilog=EXAMPLES.format(app=app), context_settings=settings
        )(_verb(app))


def _verb(app: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        if not context.args:
            typer.echo(context.get_help())
            raise typer.Exit(ExitCode.USAGE)
        verb, *arguments = context.args
        if verb in OWN_VERBS:
            OWN_VERBS[verb](app)(args=arguments, prog_name=f"{context.command_path} {verb}")
        raise typer.Exit(run_cdk(app, context.args))

    return run
