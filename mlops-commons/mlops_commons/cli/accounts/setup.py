"""`setup` and its first step, `prerequisites`: from an empty laptop to bootstrapped accounts."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.own_verb import own_verb
from mlops_commons.cli.tables import print_wrapped
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, app_directory
from mlops_commons.utilities.process import run

PREREQUISITES: Final = ("prerequisites", "dependencies", "install")
"""Names of one verb. The wrapper starts its script before there is a Python."""
SCRIPT: Final = REPOSITORY_ROOT / "mlops-commons" / "mlops_commons" / "scripts" / "prerequisites.sh"
EPILOG: Final = epilog(
    """
Three steps, each of which is a command of its own: prerequisites, config, bootstrap. The first
failure ends it and says how to go on. A valid cdk-app.yml with your accounts is kept as it is.
""",
    {
        "setup --dry-run": "what would be installed and bootstrapped",
        "setup": "asks before anything is written or bootstrapped",
    },
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show every step, change nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing that has a safe answer.")]


def register(application: typer.Typer) -> None:
    """Add the verbs to the command line."""
    settings = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    for name in PREREQUISITES:
        hidden = name != PREREQUISITES[0]
        application.command(name, context_settings=settings, hidden=hidden)(prerequisites)
    application.command("setup", epilog=EPILOG)(setup)


def setup_verb(app: str) -> typer.Typer:
    """The verb `setup` of an app, as a command line of its own."""
    verb = own_verb()

    @verb.command()
    def setup(dry_run: DryRun = False, yes: Yes = False) -> None:
        """Install what is missing for an app, then bootstrap the accounts of cdk-app.yml."""
        app_directory(app)
        flags = _flags(dry_run=dry_run, yes=yes)
        _first_failure(
            {"prerequisites": lambda: _verb("prerequisites", flags), **_bootstrap(flags)}
        )

    return verb


def prerequisites(context: typer.Context) -> None:
    """Install git, Python and the AWS CLI where they are missing."""
    environment = {**os.environ, "MLOPS_ROOT": str(REPOSITORY_ROOT)}
    command: list[str | Path] = ["bash", SCRIPT, *context.args]
    raise typer.Exit(run(command, cwd=REPOSITORY_ROOT, environment=environment))


def setup(dry_run: DryRun = False, yes: Yes = False) -> None:
    """Install, configure and bootstrap, one after the other."""
    flags = _flags(dry_run=dry_run, yes=yes)
    done = {"prerequisites": lambda: int(ExitCode.OK)}  # the wrapper has seen to them
    configure = {"config": lambda: _configure(yes=yes, dry_run=dry_run)}
    _first_failure({**done, **configure, **_bootstrap(flags)})
    typer.echo("next: ./mlops-multi-account.sh infra deploy --all")


Steps = dict[str, Callable[[], int]]
"""By verb, what does it and answers with an exit code."""


def _first_failure(steps: Steps) -> None:
    """One step after the other.

    Raises:
        typer.Exit: a step has failed; it is said how to go on.
    """
    for number, (name, step) in enumerate(steps.items(), start=1):
        typer.secho(f"step {number} of {len(steps)}: {name}", err=True, bold=True)
        code = step()
        if code:
            rest = list(steps)[number - 1 :]
            commands = ", then ".join(f"./mlops-multi-account.sh {verb}" for verb in rest)
            typer.echo(f"error: '{name}' failed with exit code {code}", err=True)
            typer.echo(f"  next: fix it, then continue with: {commands}", err=True)
            raise typer.Exit(code)


def _flags(*, dry_run: bool, yes: bool) -> list[str]:
    return [*(["--dry-run"] if dry_run else []), *(["--yes"] if yes else [])]


def _bootstrap(flags: Sequence[str]) -> Steps:
    return {"bootstrap": lambda: _verb("bootstrap", flags)}


def _configure(*, yes: bool, dry_run: bool) -> int:
    """Ask for the accounts, unless the files have them already."""
    from mlops_commons.config import load_config, placeholder_accounts

    try:
        placeholders = placeholder_accounts(load_config())
    except PlatformError as error:
        typer.echo(f"note: {error}", err=True)
        placeholders = ("?",)
    if not placeholders:
        print_wrapped(
            ["cdk-app.yml has its accounts; change it with: ./mlops-multi-account.sh config"]
        )
        return ExitCode.OK
    if dry_run:
        print_wrapped(["would ask for region, accounts and sets; for now, the files as they are"])
        return ExitCode.OK
    if yes:
        typer.echo("--yes cannot know your accounts; name them: config --non-interactive", err=True)
        return ExitCode.FAILURE
    return _verb("config", [])


def _verb(name: str, flags: Sequence[str]) -> int:
    """The verb through its own door, as a process that owns the terminal."""
    command = [sys.executable, "-P", "-m", "mlops_commons.cli", name, *flags]
    return run(command, cwd=REPOSITORY_ROOT, environment=child_environment())
