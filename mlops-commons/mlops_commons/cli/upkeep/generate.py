"""`generate`: every file that is made from the code, written or checked by one verb."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.process import run

COMMAND: Final = "./mlops-multi-account.sh generate"
EPILOG: Final = epilog(
    """
What it writes: the schemas of the configuration files, the tables of the READMEs, the permissions
of resource types, who can become whom, and the pictures, which show examples/sample. A repository
of one app has a part of them. No credentials, no network.
""",
    {
        "generate": "write what is not current",
        "generate --check": "write nothing; exit code 1 when a file is not current",
        "generate --snapshots": "also accept templates, and new product versions",
    },
)


@dataclass(frozen=True)
class Generator:
    """A module with a function `generated()`: each file that it writes, with its text.

    Attributes:
        needs: paths in the repository; without one of them there is nothing to write.
    """

    module: str
    needs: tuple[str, ...] = ()


GENERATORS: Final = (
    Generator("mlops_commons.config.explaining.schema"),
    Generator("mlops_commons.execution_policies.extraction"),
    Generator("mlops_commons.region_extraction"),
    Generator("mlops_commons.instance_extraction"),
    Generator("mlops_commons.service_extraction"),
    Generator("mlops_commons.reference_tables"),
    Generator("mlops_infra.reference_tables"),
    Generator("cdk_service_catalog.portfolio.product_table"),
    Generator("mlops_rehearsal.reference_tables"),
    Generator("mlops_reachability.document", needs=("examples/sample",)),
    Generator("mlops_rehearsal.truth.document", needs=("examples/sample",)),
    Generator("mlops_commons.cli.upkeep.pictures", needs=("examples/sample",)),
)
"""Who writes what; modules of the apps are named, because nothing here imports an app."""
SNAPSHOT_TESTS: Final = (
    "mlops-infra/tests/app/test_stack_snapshots.py",
    "mlops-sm-project-template/tests/portfolio/test_product_versions.py",
)

Check = Annotated[bool, typer.Option("--check", help="Only say which files are not current.")]
Snapshots = Annotated[bool, typer.Option("--snapshots", help="Also accept templates as they are.")]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("generate", epilog=EPILOG)(generate)


def generate(check: Check = False, snapshots: Snapshots = False) -> None:
    """Write every generated file: schemas, tables, pictures."""
    from mlops_commons.utilities.durations import working
    from mlops_commons.utilities.generated_files import stale, write_atomically

    stale_files = 0
    for generator in generators_here(REPOSITORY_ROOT):
        # A log is told by what is written in the end.
        what = f"computing what {generator.module} writes"
        with working(what, quiet=not sys.stderr.isatty()):
            wanted = import_module(generator.module).generated()
        for file in stale(wanted):
            stale_files += 1
            name = file.relative_to(REPOSITORY_ROOT)
            if check:
                typer.echo(f"not current: {name}", err=True)
            else:
                write_atomically(file, wanted[file])
                typer.echo(f"written: {name}")
    if check and stale_files:
        typer.echo(f"  next: {COMMAND}", err=True)
        raise typer.Exit(ExitCode.FAILURE)
    if not stale_files and any(generators_here(REPOSITORY_ROOT)):
        typer.echo("everything generated is current")
    if snapshots:
        raise typer.Exit(_record_templates(check=check))


def generators_here(root: Path) -> Iterator[Generator]:
    """The rows whose modules a repository holds, and what they need."""
    for row in GENERATORS:
        there = any(root.glob(f"*/{row.module.replace('.', '/')}.py"))
        if there and all((root / path).exists() for path in row.needs):
            yield row


def _record_templates(*, check: bool) -> int:
    """Let the tests of recorded templates record them, or only compare; their exit code."""
    tests = [name for name in SNAPSHOT_TESTS if (REPOSITORY_ROOT / name).is_file()]
    record = () if check else ("--snapshot-update", "--record-versions")
    command = [sys.executable, "-m", "pytest", "--quiet", *record, *tests]
    return run(command, cwd=REPOSITORY_ROOT, environment=child_environment()) if tests else 0
