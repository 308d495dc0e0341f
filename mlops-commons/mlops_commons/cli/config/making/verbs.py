"""`config` without a verb, and `config migrate`: both make the configuration files."""

from pathlib import Path
from typing import Annotated

import typer

from mlops_commons.cli.config.making import wizard
from mlops_commons.utilities.errors import ConfigError

AccountsFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="accounts.json of the older layout.", exists=True)
]


def register(group: typer.Typer) -> None:
    """Let the group ask where no verb follows it, and add what reads older files."""
    group.callback(invoke_without_command=True, no_args_is_help=False, epilog=wizard.EPILOG)(
        wizard.config
    )
    group.command("migrate")(migrate)


def migrate(
    file: AccountsFile,
    governance_account: wizard.Account = "",
    governance_profile: wizard.Profile = "",
    region: wizard.Region = "",
    app_prefix: wizard.AppPrefix = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: wizard.DryRun = False,
) -> None:
    """Make both files from those of AWS's sample.

    FILE is accounts.json of mlops-infra there; the files of the project templates beside it are
    read too. What is not filled in there, or has no equal today, is said in a note; what cannot
    be done without is asked for in a terminal.
    """
    from mlops_commons.cli.config.making.questions import ask_for
    from mlops_commons.config.writing.migration import migration
    from mlops_commons.utilities.process import in_terminal

    found = migration(
        file,
        app_prefix=app_prefix,
        account=governance_account,
        region=region,
        aws_profile=governance_profile,
        ask=ask_for if in_terminal() and not yes else None,
    )
    for source in found.read:
        typer.echo(f"read: {source}")
    for note in found.notes:
        typer.echo(f"note: {note}")
    try:
        wizard.write(found.answers, ask_first=not yes, dry_run=dry_run)
    except ConfigError as error:
        raise ConfigError(
            list(error.problems),
            hint="nothing is written; correct the old files, or give values as options "
            "(config migrate --help), then run it again",
        ) from None
