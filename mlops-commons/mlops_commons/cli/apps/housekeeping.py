"""`init` and `clean` of an app: what it needs is there, what it generates is gone."""

import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.cli.own_verb import own_verb
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, app_directory
from mlops_commons.utilities.toolchain import pinned_version

GENERATED: Final = (
    ".coverage",
    ".pytest_cache",
    "__pycache__",
    "cdk.out",
    "cdk.staging",
    "htmlcov",
)

AGAIN: Final = "install it again: rm -rf .venv && ./mlops-multi-account.sh --version"
CLONE: Final = "hooks are part of a clone: git clone, or git init"
HOOK: Final = """\
#!/usr/bin/env bash
# Written by './mlops-multi-account.sh infra init --hooks'; delete it to be rid of it.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"
bash ./mlops-multi-account.sh config validate
.venv/bin/ruff check --quiet .
.venv/bin/ruff format --check --quiet .
"""
Hooks = Annotated[
    bool,
    typer.Option("--hooks", help="Also check the configuration and the style before commits."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Only say what would be removed; remove nothing.")
]


def init_verb(app: str) -> typer.Typer:
    """The verb `init` of an app, as a command line of its own."""
    verb = own_verb()

    @verb.command()
    def init(hooks: Hooks = False) -> None:
        """Make the environment from the lock files, as any first call does, and show it."""
        if hooks:
            typer.echo(f"written: {_write_hook()}")
        directory = app_directory(app)
        command = cdk_command()
        found = _output([*command, "--version"], directory).split()[0]
        pinned = pinned_version("aws-cdk")
        if found != pinned:
            raise PlatformError(
                f"the CDK CLI is {found}, but package.json pins {pinned}",
                hint=AGAIN,
            )
        node = _output([command[0], "--version"], directory)
        typer.echo(f"Python {platform.python_version()}, node {node}, CDK CLI {found}")
        typer.echo(f"{directory.name} is ready")

    return verb


def clean_verb(app: str) -> typer.Typer:
    """The verb `clean` of an app, as a command line of its own."""
    verb = own_verb()

    @verb.command()
    def clean(dry_run: DryRun = False) -> None:
        """Remove what synthesis and tests have generated in the app's folder."""
        directory = app_directory(app)
        found = [*_generated(directory)]
        if dry_run:
            for path in found:
                typer.echo(f"would be removed: {path.relative_to(directory.parent)}")
        else:
            _remove(found)
        named = ", ".join(sorted({path.name for path in found}))
        if not named:
            typer.echo("nothing to remove")
        elif not dry_run:
            typer.echo(f"removed {named}")

    return verb


def _remove(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _write_hook() -> Path:
    """Write the hook of git that runs before each commit.

    Raises:
        PlatformError: this is no clone, or somebody has a hook there already.
    """
    found = _output(["git", "rev-parse", "--git-path", "hooks/pre-commit"], REPOSITORY_ROOT, CLONE)
    hook = REPOSITORY_ROOT / found
    if hook.exists() and hook.read_text(encoding="utf-8") != HOOK:
        raise PlatformError(
            f"there is a hook already: {hook}",
            hint=f"add to it what you want of this one:\n{HOOK}",
        )
    hook.parent.mkdir(parents=True, exist_ok=True)
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)
    return hook


def _generated(directory: Path) -> Iterator[Path]:
    for entry in sorted(directory.iterdir()):
        if entry.name in GENERATED:
            yield entry
        elif entry.is_dir() and not entry.is_symlink():
            yield from _generated(entry)


def _output(command: list[str], directory: Path, hint: str = AGAIN) -> str:
    done = subprocess.run(
        command,
        cwd=directory,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PlatformError(
            f"'{' '.join(command)}' failed: {done.stderr.strip()}",
            hint=hint,
        )
    return done.stdout.strip()
