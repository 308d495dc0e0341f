"""`config`: the configuration files checked, shown and explained; made where all sets are."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli import monorepo, offered
from mlops_commons.cli.config import validation
from mlops_commons.cli.config.credentials import refresh_aws_credentials
from mlops_commons.cli.help import Whole, epilog
from mlops_commons.cli.tables import print_table, print_wrapped
from mlops_commons.utilities.errors import PlatformError

if TYPE_CHECKING:
    from mlops_commons.config.explaining.keys import Key


EPILOG: Final = epilog(
    examples={
        "config validate": "every problem of both files",
        "config show --stage retail/dev": "the values that hold, and the line of each",
        "config explain egress": "what a key means and may be",
    }
)
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Of = Annotated[
    str,
    typer.Option("--stage", help="Only SET/STAGE, or 'governance'.", autocompletion=offered.places),
]
KeyPath = Annotated[
    str,
    typer.Argument(
        metavar="[PATH]", help="A key or its end, such as egress.", autocompletion=offered.keys
    ),
]


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        cls=Whole,
        rich_markup_mode=None,
        no_args_is_help=True,
        help="Look at the configuration.",
        epilog=EPILOG,
    )
    group.command("validate", epilog=validation.EPILOG)(validation.validate)
    group.command("show")(show)
    group.command("explain")(explain)
    monorepo.register(group, monorepo.OF_CONFIGURATION, behind="config")
    group.command("refresh_aws_credentials")(refresh_aws_credentials)
    application.add_typer(group, name="config")


def show(stage: Of = "", as_json: AsJson = False) -> None:
    """Show the values of each stage, and their lines."""
    from mlops_commons.config.explaining.origins import effective_values
    from mlops_commons.config.loader import load_sources

    values = effective_values(load_sources())
    found = [value for value in values if not stage or value.of.lower() == stage.lower()]
    if not found:
        known = ", ".join(dict.fromkeys(value.of for value in values))
        raise PlatformError(f"there is no enabled stage '{stage}'; there are: {known}")
    if as_json:
        typer.echo(json.dumps([asdict(value) for value in found], indent=2))
        return
    for of in dict.fromkeys(value.of for value in found):
        typer.secho(f"\n{of}", bold=True)
        rows = [(value.key, value.value, value.origin) for value in found if value.of == of]
        print_table(("Key", "Value", "From"), rows, whole="Key")


def explain(path: KeyPath = "", as_json: AsJson = False) -> None:
    """Say what a key means and may be.

    Without PATH, list all keys.
    """
    from mlops_commons.config.explaining.keys import keys

    every = keys()
    wanted = _plain(path)
    found = [key for key in every if f".{_plain(key.path)}".endswith(f".{wanted}") or not wanted]
    if not found:
        from mlops_commons.config.values import nearest

        names = {_plain(key.path).rpartition(".")[2] for key in every}
        near = nearest(wanted.rpartition(".")[2], sorted(names))
        raise PlatformError(
            f"there is no key '{path}'" + (f"; {near}" if near else ""),
            hint="see all keys: ./mlops-multi-account.sh config explain",
        )
    if as_json:
        typer.echo(json.dumps([asdict(key) for key in found], indent=2))
        return
    for key in found:
        _print_key(key)


def _plain(path: str) -> str:
    """A path without indices and without the root key, as people type it in different ways."""
    parts = path.replace("[]", "").split(".")
    named = [part.partition("[")[0] for part in parts]
    return ".".join(part for part in named if part and not part.endswith("_app_config"))


def _print_key(key: "Key") -> None:
    typer.secho(key.path, bold=True)
    need = "required" if key.required else f"default: {key.default}" if key.default else "optional"
    print_wrapped([f"  {key.file}; {key.kind}; {need}"])
    if key.description:
        print_wrapped([f"  {key.description}"])
