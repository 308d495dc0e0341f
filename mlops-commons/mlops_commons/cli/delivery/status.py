"""`status`: what is deployed in all account sets, and how their pipelines stand."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli.apps.assemblies import current_stacks
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import NEXT, print_table, print_wrapped
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

if TYPE_CHECKING:
    from mlops_commons.config import PlatformConfig
    from mlops_commons.fleet.governance import Key
    from mlops_commons.fleet.rows import Fleet

EPILOG: Final = epilog(
    """
Signs in as governance, and enters the other accounts by the CDK's lookup role; it only reads. What
cannot be reached is a row with the reason. Drift is what the last detection has found, and the
bootstrap is compared where both apps are synthesised. Exit code: 0 nothing needs attention, 3
something does.
""",
    {
        "status": "tables of pipelines, stages, bootstrap, projects",
        "status --html fleet.html": "a page of its own, for everybody else",
        "status --json": "for scripts",
    },
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Html = Annotated[
    Path | None, typer.Option("--html", help="Write a page to this file.", metavar="FILE")
]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("status", epilog=EPILOG)(status)


def status(as_json: AsJson = False, html: Html = None) -> None:
    """Say what is deployed in all account sets, and how it stands."""
    from mlops_commons.fleet.rows import document

    fleet = _fleet()
    if html:
        _write(html, fleet)
    if as_json:
        json.dump(document(fleet), sys.stdout, indent=2, default=str)
        sys.stdout.write("\n")
    elif not html:
        _print(fleet)
    if fleet.attention:
        raise typer.Exit(ExitCode.WARNINGS)


def _fleet() -> "Fleet":
    from mlops_commons.cli.accounts.bootstrap import rows_with_files
    from mlops_commons.config.loader import load_config
    from mlops_commons.fleet.survey import survey

    config = load_config()
    return survey(config, rows_with_files(config), current_stacks(), _here(config))


def _here(config: "PlatformConfig") -> "dict[Key, str]":
    """The digests of what this checkout would publish."""
    from mlops_commons.config.projects_of_sets import apps_of
    from mlops_commons.config.set_snapshot import set_snapshot
    from mlops_commons.utilities.snapshot import snapshot

    found = {}
    for app, directory in APP_DIRECTORIES.items():
        if not (REPOSITORY_ROOT / directory).is_dir():
            continue
        shared = snapshot(REPOSITORY_ROOT, directory)
        for deployment in config.enabled_deployments:
            name = deployment.set_name
            if app in apps_of(config, deployment):
                found[name, app] = set_snapshot(config, shared, name).digest()
    return found


def _write(file: Path, fleet: "Fleet") -> None:
    from mlops_commons.fleet.page import page

    try:
        file.write_text(page(fleet), encoding="utf-8")
    except OSError as error:
        raise PlatformError(
            f"'{file}' cannot be written: {error.strerror}", hint="name another file"
        ) from None
    typer.echo(f"open {file}", err=True)


def _print(fleet: "Fleet") -> None:
    from mlops_commons.fleet.tables import sections

    if fleet.unreachable:
        # The same reason in every row of every table would say no more.
        print_wrapped([f"nothing can be looked at: {fleet.unreachable}", f"  {NEXT}{fleet.remedy}"])
        return
    bold = sys.stdout.isatty()
    for number, section in enumerate(sections(fleet)):
        typer.secho("\n" * bool(number) + section.title, bold=bold)
        if section.rows:
            print_table(section.headings, [cells for cells, _ in section.rows])
        else:
            print_wrapped([section.empty])
    if fleet.attention:
        typer.secho("\nNeeds attention", bold=bold)
        print_wrapped(f"- {told}" for told in fleet.attention)
