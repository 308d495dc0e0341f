"""`docs`: the tables that are written from the code, and the documentation as a site."""

import sys
from pathlib import Path
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
    "rehearsal": "mlops_rehearsal.reference_tables",
}
"""Who writes the tables of a package; the command line itself knows no app."""

SITE: Final = REPOSITORY_ROOT / "docs" / "site"
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "site-environments"
OUTPUT: Final = Path("build") / "site"
EXAMPLES: Final = """
\b
The same Markdown files that GitHub shows, with navigation and search; no server, no network.
The first build installs Sphinx in an environment of its own.

\b
Examples:
  docs build                     to build/site; open build/site/README.html
  docs build --output FOLDER
"""

Output = Annotated[Path, typer.Option("--output", help="The folder of the site.")]
Check = Annotated[bool, typer.Option("--check", help="Only say which files are not current.")]


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        help="Write the documentation's tables; build its site.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("build", epilog=EXAMPLES)(build)
    group.command("tables")(tables)
    application.add_typer(group, name="docs")


def _group() -> None:
    """Write the documentation's tables; build its site."""


def build(output: Output = OUTPUT) -> None:
    """Build the documentation as a site; a warning is an error."""
    from mlops_commons.utilities.locked_environment import python_of

    typer.echo("building the site ...", err=True)
    python = python_of(SITE / "requirements.txt", ENVIRONMENTS)
    folder = output.resolve()
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-b", "html", "-c", str(SITE)]
    # Beside the site and not in it: what Sphinx remembers would be published with it.
    remembered = ["-d", str(folder.with_name(f"{folder.name}.doctrees"))]
    command = [str(python), "-m", "sphinx", *options, *remembered, str(REPOSITORY_ROOT)]
    code = run([*command, str(folder)], cwd=REPOSITORY_ROOT, environment=child_environment())
    if code:
        raise typer.Exit(code)
    typer.echo(f"open {folder / 'README.html'}")


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
