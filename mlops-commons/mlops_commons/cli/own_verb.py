"""The command line of a verb that stands behind an app's name, beside those of the CDK CLI."""

import typer

from mlops_commons.cli.help import HELP_OPTIONS


def own_verb() -> typer.Typer:
    """A command line in the style of the whole, still without its command."""
    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": [*HELP_OPTIONS]},
    )
