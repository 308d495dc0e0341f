"""`docs`: the documentation as a site."""

import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.help import Whole, epilog
from mlops_commons.utilities.durations import working
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run

SITE: Final = REPOSITORY_ROOT / "docs" / "site"
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "site-environments"
OUTPUT: Final = Path("build") / "site"
EPILOG: Final = epilog(
    """
The same Markdown files that GitHub shows, with navigation and search; no server, no network.
The first build installs Sphinx in an environment of its own.
""",
    {
        "docs build": "to build/site; open build/site/README.html there",
        "docs build --output FOLDER": "to another folder",
    },
)

Output = Annotated[Path, typer.Option("--output", help="The folder of the site.", file_okay=False)]


def register(application: typer.Typer) -> None:
    """Add the group to the command line."""
    group = typer.Typer(
        cls=Whole,
        help="Build the documentation as a site.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.callback()(_group)
    group.command("build", epilog=EPILOG)(build)
    application.add_typer(group, name="docs")


def _group() -> None:
    """Build the documentation as a site."""


def _made(folder: Path) -> Path:
    """The folder, made where it is absent: Sphinx would take what the disk says for a mistake of
    its own.

    Raises:
        PlatformError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise PlatformError(
            f"--output '{folder}' cannot be written: {error.strerror}",
            hint="name another folder, such as: ./mlops-multi-account.sh docs build --output "
            f"{OUTPUT}",
        ) from None


def build(output: Output = OUTPUT) -> None:
    """Build the documentation as a site; a warning is an error."""
    from mlops_commons.utilities.locked_environment import python_of

    folder = _made(output.resolve())
    python = python_of(SITE / "requirements.txt", ENVIRONMENTS)
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-b", "html", "-c", str(SITE)]
    # Beside the site and not in it: what Sphinx remembers would be published with it.
    remembered = ["-d", str(folder.with_name(f"{folder.name}.doctrees"))]
    command = [str(python), "-m", "sphinx", *options, *remembered, str(REPOSITORY_ROOT)]
    with working("building the site"):
        code = run([*command, str(folder)], cwd=REPOSITORY_ROOT, environment=child_environment())
    if code:
        raise typer.Exit(code)
    typer.echo(f"open {folder / 'README.html'}")
