"""`diagram`: pictures of what is deployed, drawn from the synthesised templates."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

import typer

from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

EXAMPLES: Final = """
\b
Both apps are synthesised when anything has changed; a repository of one app draws its own
pictures only. No credentials, no Graphviz on this machine.

\b
Examples:
  diagram            write the pictures to docs/diagrams and the apps' diagrams folders
  diagram --check    write nothing; exit code 1 when a picture is not current
"""
COMMAND: Final = "./mlops-multi-account.sh diagram"

Check = Annotated[bool, typer.Option("--check", help="Only say which pictures are not current.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("diagram", epilog=EXAMPLES)(diagram)


def diagram(check: Check = False) -> None:
    """Draw accounts, network, pipelines and a project from the synthesised templates."""
    from mlops_commons.utilities.generated_files import stale, write_atomically

    drawn = {REPOSITORY_ROOT / file: svg for file, svg in _drawn(REPOSITORY_ROOT).items()}
    changed = stale(drawn)
    for file in changed:
        name = file.relative_to(REPOSITORY_ROOT)
        if check:
            typer.echo(f"not current: {name}", err=True)
        else:
            write_atomically(file, drawn[file])
            typer.echo(f"written: {name}")
    if check and changed:
        typer.echo(f"  next: {COMMAND}", err=True)
        raise typer.Exit(ExitCode.FAILURE)
    if not changed:
        typer.echo(f"{len(drawn)} pictures are current")


def _drawn(root: Path) -> Mapping[PurePosixPath, str]:
    """Every picture of the apps that are here."""
    from mlops_commons.assembly.templates import read_templates
    from mlops_commons.cli.apps.synth import make_assembly
    from mlops_commons.cli.environment import child_environment
    from mlops_commons.diagrams.drawing import draw

    apps = {}
    for app, folder in APP_DIRECTORIES.items():
        if (root / folder / "app.py").is_file():
            code, _ = make_assembly(root / folder, [], root=root)
            if code:
                raise typer.Exit(code)
            apps[app] = read_templates(root / folder / "cdk.out")
    return draw(apps, child_environment())
