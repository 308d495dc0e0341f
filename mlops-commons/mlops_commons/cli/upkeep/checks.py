"""`lint` and `test`: the same checks on a laptop, in CI and in the delivery pipeline."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT
from mlops_commons.utilities.process import run
from mlops_commons.utilities.toolchain import least_python

STYLE: Final = (
    ("ruff", "format", "--check", "--quiet", "."),
    ("ruff", "check", "--quiet", "."),
)
PYTEST: Final = ("pytest", "-n", "2", "--dist", "worksteal")
"""Tests take from milliseconds to minutes: a process that is done takes over from the other."""
RANDOM: Final = ("-p", "randomly")
OLDEST: Final = ("--violations", "--no-tips", "--quiet")
UNTYPED: Final = ("runtime", "seed_bases", "seed_code", "seed_layers")
FAST_TIERS: Final = ("-m", "pure or construct")
SLOW_TIERS: Final = ("-m", "not (pure or construct)")
COUNTED: Final = ("--cov", "--cov-report=", "--cov-fail-under=0")
COVERAGE: Final = ("--cov", "--cov-append", "--cov-report=term", "--cov-report=html")
"""Also what `COUNTED` has counted before."""
SLOWEST: Final = "--durations=40"


def register(application: typer.Typer) -> None:
    """Add both verbs to the command line."""
    application.command("lint")(lint)
    settings = {"allow_extra_args": True, "ignore_unknown_options": True}
    application.command("test", context_settings=settings)(test)


def lint() -> None:
    """Run the linters: style, types, imports, shell scripts."""
    raise typer.Exit(_first_failure(_lint_commands()))


def test(
    context: typer.Context,
    fast: Annotated[
        bool, typer.Option("--fast", help="Only the pure and construct tiers.")
    ] = False,
    random: Annotated[
        bool, typer.Option("--random", help="In a random order, whose seed is printed.")
    ] = False,
) -> None:
    """Run the linters, then all tests with the coverage gate.

    The fast ones run first and in a random order, so that none depends on another; the seed that
    pytest prints repeats it: `-p randomly --randomly-seed=N`. A part that fails is the last.

    Further arguments go to pytest, such as `-k vpc` or a path; then, and with --fast, neither
    linters nor the coverage gate run, because a part of the tests cannot cover the whole.
    """
    pytest = (*PYTEST, *(RANDOM if random else ()))
    if fast or context.args:
        tiers = FAST_TIERS if fast else ()
        commands: list[Sequence[str]] = [(*pytest, *tiers, *context.args)]
    else:
        commands = [
            *_lint_commands(),
            (*PYTEST, *RANDOM, *FAST_TIERS, *COUNTED),
            (*pytest, *SLOW_TIERS, *COVERAGE, SLOWEST),
        ]
    raise typer.Exit(_first_failure(commands))


def _lint_commands() -> list[Sequence[str]]:
    scripts = [str(file.relative_to(REPOSITORY_ROOT)) for file in _shell_scripts(REPOSITORY_ROOT)]
    return [
        *STYLE,
        ("vermin", f"--target={least_python()}-", *OLDEST, *_untyped_sources(REPOSITORY_ROOT)),
        *(("mypy", "--no-error-summary", *sources) for sources in _typed_sources(REPOSITORY_ROOT)),
        *(("lint-imports", "--no-logo", "--config", file) for file in _contracts(REPOSITORY_ROOT)),
        ("shellcheck", "--external-sources", *scripts),
    ]


def _typed_sources(root: Path) -> list[list[str]]:
    """What each call of mypy checks: the typed packages together, then each app's entry point.

    The entry points have one name, which mypy refuses in one call. A repository of one app lacks
    the other, so this cannot be a list of names.
    """
    packages = [marker.parent for marker in sorted(root.glob("*/*/py.typed"))]
    entries = sorted(root.glob("mlops-*/app.py"))
    together = [[*packages, *root.glob("rehearsal/bench")], *([entry] for entry in entries)]
    return [[str(path.relative_to(root)) for path in paths] for paths in together]


def _untyped_sources(root: Path) -> list[str]:
    """Code that mypy leaves out, and with it any module that came with a later Python."""
    folders = (
        folder
        for name in UNTYPED
        for package in ("mlops-*", "rehearsal")
        for folder in root.glob(f"{package}/**/{name}")
    )
    return ["conftest.py", *sorted(str(folder.relative_to(root)) for folder in folders)]


def _contracts(root: Path) -> list[str]:
    files = [
        root / "pyproject.toml",
        *(root / folder / "pyproject.toml" for folder in (*APP_DIRECTORIES.values(), "rehearsal")),
    ]
    return [str(file.relative_to(root)) for file in files if file.is_file()]


def _shell_scripts(root: Path) -> Iterable[Path]:
    return [file for file in source_files([root]) if file.suffix == ".sh" or file.match(".ci/run")]


def _first_failure(commands: Iterable[Sequence[str]]) -> int:
    """Run the commands in the repository until one fails; its exit code, or 0."""
    programs = Path(sys.executable).parent
    for program, *arguments in commands:
        typer.secho(f"== {' '.join([program, *arguments])}", err=True, bold=True)
        code = run(
            [programs / program, *arguments], cwd=REPOSITORY_ROOT, environment=child_environment()
        )
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            typer.echo(f"error: '{program}' failed with exit code {code}", err=True)
            return code
    return 0
