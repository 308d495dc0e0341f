"""`config`: the configuration files of the platform."""

import typer

from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        help="Work with the configuration files.", no_args_is_help=True, rich_markup_mode=None
    )
    group.callback()(_group)
    group.command("validate")(validate)
    application.add_typer(group, name="config")


def _group() -> None:
    """Work with the configuration files."""


def validate() -> None:
    """Check both files; report all problems at once."""
    from mlops_commons.config import load_config, placeholder_accounts

    config = load_config()
    typer.echo(f"valid: {CDK_APP_CONFIG}\nvalid: {CDK_INFRA_APP_CONFIG}")
    placeholders = placeholder_accounts(config)
    if placeholders:
        typer.echo(f"note: placeholder account ids, fill in yours: {', '.join(placeholders)}")
