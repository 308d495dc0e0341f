"""The verbs of the command line."""

from importlib.metadata import entry_points, version
from typing import Annotated

import typer

from mlops_commons.cli.accounts import bootstrap, doctor, setup, teardown
from mlops_commons.cli.apps import verbs as app_verbs
from mlops_commons.cli.config import verbs as config_verbs
from mlops_commons.cli.errors import reported_errors
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.upkeep import checks as check_verbs
from mlops_commons.cli.upkeep import completion, diagram, generate
from mlops_commons.cli.upkeep import docs as docs_verbs
from mlops_commons.utilities.process import allow_interrupts_in_terminal

PROGRAM = "mlops-multi-account.sh"
VERBS = "mlops_commons.verbs"
"""Entry points of other packages: functions that add their verbs to the command line."""
EXAMPLES = f"""
\b
Examples:
  ./{PROGRAM} setup                      this machine, the configuration, the accounts
  ./{PROGRAM} infra synth                what would be deployed where, without credentials
  ./{PROGRAM} infra diff                 against what is deployed
  ./{PROGRAM} infra deploy --all         repositories and pipelines; they deliver the rest
  ./{PROGRAM} template synth             the portfolio of SageMaker project templates
  ./{PROGRAM} bootstrap --dry-run        which account is prepared how
  ./{PROGRAM} config                     make the configuration by answering questions
  ./{PROGRAM} config validate            all problems of the configuration in one report
  ./{PROGRAM} doctor                     blockers, and the command that fixes each
  ./{PROGRAM} rehearse                   all of it on this machine, without AWS
  ./{PROGRAM} diagram                    draw what your configuration deploys, as SVG
  ./{PROGRAM} generate                   schemas, tables and pictures, from the code
  ./{PROGRAM} docs build                 this documentation as a site, offline
  ./{PROGRAM} test                       linters and all tests
"""

application = typer.Typer(
    name=PROGRAM,
    help="A secure multi-account MLOps platform on AWS: one configuration, one command.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain text starts in half the time of decorated text and reads the same in a log.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
setup.register(application)
app_verbs.register(application)
bootstrap.register(application)
config_verbs.register(application)
doctor.register(application)
check_verbs.register(application)
diagram.register(application)
generate.register(application)
docs_verbs.register(application)
teardown.register(application)
completion.register(application)
for verb in entry_points(group=VERBS):
    verb.load()(application)


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
    with reported_errors():
        completion.answer_shell()
        application(prog_name=PROGRAM, complete_var=completion.VARIABLE)
