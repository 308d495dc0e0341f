"""`diagram`: pictures of what your configuration deploys, drawn from the synthesised templates."""

from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.help import epilog
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

EPILOG: Final = epilog(
    """
Both apps are synthesised when anything has changed; a repository of one app draws its own
pictures only. No credentials. The pictures of the documentation show the sample; `generate` draws
them.
""",
    {
        "diagram": "to build/diagrams",
        "diagram --output FOLDER": "to another folder",
    },
)
OUTPUT: Final = Path("build") / "diagrams"

Output = Annotated[Path, typer.Option("--output", help="The folder of the pictures.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("diagram", epilog=EPILOG)(diagram)


def diagram(output: Output = OUTPUT) -> None:
    """Draw accounts, networks, pipelines and a project."""
    from mlops_commons.assembly.templates import read_templates
    from mlops_commons.cli.apps.synth import make_assembly
    from mlops_commons.diagrams.drawing import draw
    from mlops_commons.utilities.generated_files import write_atomically

    apps = {}
    for app, folder in APP_DIRECTORIES.items():
        if (REPOSITORY_ROOT / folder / "app.py").is_file():
            code, _ = make_assembly(REPOSITORY_ROOT / folder, [])
            if code:
                raise typer.Exit(code)
            apps[app] = read_templates(REPOSITORY_ROOT / folder / "cdk.out")
    for file, svg in draw(apps).items():
        # Two apps have a picture of the same name, and all pictures go to one folder.
        owner = [part for part in file.parts[:-1] if part in APP_DIRECTORIES.values()]
        own = output / "-".join([*owner, file.name])
        write_atomically(own, svg)
        typer.echo(f"written: {own}")
