"""The verbs of the command line."""

import os
import sys
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated

import typer

from mlops_commons.cli import completion, monorepo
from mlops_commons.cli.apps import check
from mlops_commons.cli.apps import verbs as app_verbs
from mlops_commons.cli.config import verbs as config_verbs
from mlops_commons.cli.errors import begin_all_alike, leaving_at_once, reported_errors
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import HELP_OPTIONS, PROGRAM, epilog, show
from mlops_commons.cli.once import refuse_two_values
from mlops_commons.cli.root import Root
from mlops_commons.cli.tables import colour_wanted
from mlops_commons.utilities.process import allow_interrupts_in_terminal

VERBS = "mlops_commons.verbs"
"""Entry points of other packages: functions that add their verbs to the command line."""
EXAMPLES = {
    "rehearse": "all of it on this machine, without AWS",
    "infra synth": "what would be deployed where, without credentials",
    "config": "make the configuration by answering questions",
    "doctor": "blockers, and the command that fixes each",
    "bootstrap --dry-run": "which account is prepared how",
    "infra deploy --all": "repositories and pipelines, which deliver the rest",
    "check infra": "what its pipeline checks before it delivers",
    "ai-controls": "AWS's AI controls, over every template",
    "help infra": "all of what a verb can do",
}
"""What to type, and what it does."""
EXAMPLES_OF_ONE_APP = {
    "{app} synth": "what is deployed where, without credentials",
    "config validate": "every problem of the configuration, with its line",
    "check {app}": "what its pipeline checks before it delivers",
    "help {app}": "all of what a verb can do",
}

application = typer.Typer(
    name=PROGRAM,
    cls=Root,
    help="A secure multi-account MLOps platform on AWS: one configuration, one command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain text starts in half the time of decorated text and reads the same in a log.
    rich_markup_mode=None,
    context_settings={"help_option_names": [*HELP_OPTIONS]},
)
app_verbs.register(application)
check.register(application)
config_verbs.register(application)
completion.register(application)
monorepo.register(application)
for verb in entry_points(group=VERBS):
    verb.load()(application)
if monorepo.is_one_app():
    for name in monorepo.OF_OTHER_PACKAGES:
        monorepo.refer(application, name)


def _examples() -> dict[str, str]:
    """The examples of what is here."""
    if not monorepo.is_one_app():
        return EXAMPLES
    app = monorepo.own_app()
    return {command.format(app=app): text for command, text in EXAMPLES_OF_ONE_APP.items()}


Verb = Annotated[list[str] | None, typer.Argument(metavar="VERB")]


@application.command("version")
def print_version() -> None:
    """Print the version and exit."""
    typer.echo(f"{PROGRAM} {version('mlops-commons')}")


@application.command("help")
def print_help(context: typer.Context, verb: Verb = None) -> None:
    """Show the help of a verb."""
    show(context, verb)


application.info.epilog = epilog(examples=_examples())


def _print_version(wanted: bool) -> None:
    if wanted:
        print_version()
        raise typer.Exit(ExitCode.OK)


@application.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
    configuration: Annotated[
        str,
        typer.Option(
            "--config",
            metavar="FOLDER",
            help="Another environment: a folder with cdk-app.yml and cdk-infra-app.yml. "
            "MLOPS_CONFIG does the same.",
        ),
    ] = "",
) -> None:
    pass


def main() -> None:
    """Run the command of `sys.argv` and exit; a user's mistake never shows a traceback."""
    allow_interrupts_in_terminal()
    begin_all_alike()
    refuse_two_values()
    with leaving_at_once(), reported_errors(), Path(os.devnull).open(encoding="utf-8") as nothing:
        # A caller may have closed it; a question then finds the end of the answers.
        sys.stdin = sys.stdin or nothing
        completion.answer_shell()
        application(prog_name=PROGRAM, complete_var=completion.VARIABLE, color=colour_wanted())
