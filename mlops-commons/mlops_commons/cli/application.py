"""The verbs of the command line."""

import os
import sys
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated

import typer

from mlops_commons.cli import completion, monorepo
from mlops_commons.cli.apps import ai_controls, check
from mlops_commons.cli.apps import verbs as app_verbs
from mlops_commons.cli.config import verbs as config_verbs
from mlops_commons.cli.errors import reported_errors
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.process import allow_interrupts_in_terminal

PROGRAM = "mlops-multi-account.sh"
VERBS = "mlops_commons.verbs"
"""Entry points of other packages: functions that add their verbs to the command line."""
EXAMPLES = {
    "setup": "this machine, the configuration, the accounts",
    "infra synth": "what would be deployed where, without credentials",
    "infra diff": "against what is deployed",
    "infra deploy --all": "repositories and pipelines; they deliver the rest",
    "template synth": "the portfolio of SageMaker project templates",
    "check infra": "what its pipeline checks before it delivers",
    "ai-controls": "AWS's controls for machine learning, over every template",
    "bootstrap --dry-run": "which account is prepared how",
    "config": "make the configuration by answering questions",
    "config validate": "all problems of the configuration in one report",
    "doctor": "blockers, and the command that fixes each",
    "rehearse": "all of it on this machine, without AWS",
    "access": "who can become whom, computed over all of it",
    "diagram": "draw what your configuration deploys, as SVG",
    "generate": "schemas, tables and pictures, from the code",
    "docs build": "this documentation as a site, offline",
    "test": "linters and all tests",
}
"""What to type, and what it does; a repository of one app shows those of its verbs."""

application = typer.Typer(
    name=PROGRAM,
    help="A secure multi-account MLOps platform on AWS: one configuration, one command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain text starts in half the time of decorated text and reads the same in a log.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app_verbs.register(application)
check.register(application)
ai_controls.register(application)
config_verbs.register(application)
completion.register(application)
monorepo.register(application)
for verb in entry_points(group=VERBS):
    verb.load()(application)


def _examples() -> str:
    """The examples of the verbs that are here, for the end of the help."""
    shown = [c.name for c in application.registered_commands if not c.hidden]
    shown += [group.name for group in application.registered_groups]
    lines = [
        f"  ./{PROGRAM} {command:<27}{text}"
        for command, text in EXAMPLES.items()
        if command.split()[0] in shown
    ]
    return "\n".join(["\b", "Examples:", *lines])


application.info.epilog = _examples()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {version('mlops-commons')}")
        raise typer.Exit(ExitCode.OK)


@application.callback()
def _options(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command of `sys.argv` and exit; a user's mistake never shows a traceback."""
    allow_interrupts_in_terminal()
    with reported_errors(), Path(os.devnull).open(encoding="utf-8") as nothing:
        # A caller may have closed it; a question then finds the end of the answers.
        sys.stdin = sys.stdin or nothing
        completion.answer_shell()
        application(prog_name=PROGRAM, complete_var=completion.VARIABLE)
