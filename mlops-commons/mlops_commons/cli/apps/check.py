"""`check`: what the pipeline of an app checks before it delivers, and nothing else."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.apps.synth import make_assembly
from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    REPOSITORY_ROOT,
    app_directory,
    apps_here,
)
from mlops_commons.utilities.process import run
from mlops_commons.utilities.snapshot import snapshot

ABOUT: Final = """
The configuration, compared with what is published as far as that is known here, synthesis with
both packs of security rules, cfn-lint and cloudformation-validate over every template of this
configuration, and the app's own tests. The first failure ends it. Documents, pictures and the
command line are no part of it: what is wrong with them stops no delivery.
"""
EXAMPLES: Final = {
    "infra": "before you push the infrastructure",
    "template": "before you push the project templates",
}
PYTEST: Final = ("pytest", "-q", "-n", "2", "--dist", "worksteal", "-m", "pure or construct")

App = Annotated[str, typer.Argument(help="infra or template.", metavar="APP")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    examples = {f"check {app}": EXAMPLES[app] for app in apps_here()}
    application.command("check", epilog=epilog(ABOUT, examples))(check)


def check(app: App) -> None:
    """Check an app as its pipeline does before it delivers."""
    if app not in APP_DIRECTORIES:
        typer.echo(f"error: '{app}' is no app; there are: {', '.join(APP_DIRECTORIES)}", err=True)
        raise typer.Exit(ExitCode.USAGE)
    directory = app_directory(app)
    steps: Mapping[str, Callable[[Path], int]] = {
        "the configuration": _check_configuration,
        "synthesis with the security rules": _synthesise,
        "cfn-lint and cloudformation-validate": _validate,
        "the app's tests": _test,
    }
    for name, step in steps.items():
        typer.secho(f"== {directory.name}: {name}", err=True, bold=True)
        started = time.monotonic()
        code = step(directory)
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            typer.echo(f"error: {directory.name} cannot be delivered: {name}", err=True)
            raise typer.Exit(code)
        typer.echo(f"   passed in {time.monotonic() - started:.0f} s", err=True)
    typer.echo(f"{directory.name} can be delivered")


def _check_configuration(_: Path) -> int:
    from mlops_commons.cli.apps.deliverable import check_deliverable
    from mlops_commons.config.loader import load_sources

    check_deliverable(load_sources(), with_notes=True)
    return ExitCode.OK


def _synthesise(directory: Path) -> int:
    code, _ = make_assembly(directory, ["--quiet"])
    return code


def _validate(directory: Path) -> int:
    from mlops_commons.assembly.validators import findings

    found = findings(directory / "cdk.out")
    for finding in found:
        typer.echo(str(finding), err=True)
    return ExitCode.FAILURE if found else ExitCode.OK


def _test(directory: Path) -> int:
    """Run the tests that the repository of the app holds; the monorepo has more."""
    # Not those of seed code, which are for the environments of its own repositories.
    tests = [
        str(file)
        for file in snapshot(REPOSITORY_ROOT, directory.name).files
        if file.parts[1:2] == ("tests",) and file.match("test_*.py")
    ]
    command: list[str | Path] = [Path(sys.executable).with_name(PYTEST[0]), *PYTEST[1:], *tests]
    return run(command, cwd=REPOSITORY_ROOT, environment=child_environment())
