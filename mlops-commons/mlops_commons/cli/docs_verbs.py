"""`docs`: the tables that are written from the code, and the documentation as a site."""

import sys
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run

MODULES: Final = {
    "mlops-commons": "mlops_commons.reference_tables",
    "mlops-infra": "mlops_infra.reference_tables",
    "mlops-sm-project-template": "cdk_service_catalog.portfolio.product_table",
}
"""Who writes the tables of a package; the command line itself knows no app."""

Check = Annotated[bool, typer.Option("--check", help="Only say which files are not current.")]


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        help="Write the documentation's tables; build its site.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("tables")(tables)
    application.add_typer(group, name="docs")


def _group() -> None:
    """Write the documentation's tables; build its site."""


def tables(check: Check = False) -> None:
    """Write the tables of the READMEs from the code: endpoints, personas, products, verbs."""
    codes = []
    for folder, module in MODULES.items():
        if (REPOSITORY_ROOT / folder / "pyproject.toml").is_file():
            command = [sys.executable, "-P", "-m", module, *["--check"] * check]
            codes.append(run(command, cwd=REPOSITORY_ROOT, environment=child_environment()))
    failed = [code for code in codes if code]
    if failed:
        if check:
            typer.echo("  next: ./mlops-multi-account.sh docs tables", err=True)
        raise typer.Exit(max(failed))
    if check:
        typer.echo("all tables are current")
    raise typer.Exit(ExitCode.OK)
