"""`doctor`: what is wrong on this machine, in the files and in the accounts, and how to fix it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mlops_commons.cli.apps.assemblies import current_stacks
from mlops_commons.cli.environment import child_environment
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import wrapped
from mlops_commons.utilities.errors import ConfigError, PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.words import counted

if TYPE_CHECKING:
    from mlops_commons.doctor.finding import Finding

EPILOG: Final = epilog(
    """
Looks at the tools of this machine against the lock files, at the configuration, at regions and
quotas, and with credentials at every account: its profile, bootstrap version, trust, policies.
What it cannot look at, it says. Exit code: 0 nothing worse than unchecked, 3 warnings, 1 errors.
""",
    {
        "doctor": "this machine, the configuration and every account",
        "doctor --offline": "without a look at the accounts",
        "doctor --newer": "newer releases of the tools, and which are supported",
        "doctor --json": "for scripts",
        "doctor --capacity 40 60": "whether quotas hold 40 sets, and 60 projects in one",
    },
)
SIGNS: Final = {
    "ok": ("\u2713", typer.colors.GREEN),
    "unchecked": ("?", typer.colors.CYAN),
    "warning": ("!", typer.colors.YELLOW),
    "error": ("\u2717", typer.colors.RED),
}
Offline = Annotated[bool, typer.Option("--offline", help="Do not look at the accounts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
Capacity = Annotated[
    tuple[int, int] | None,
    typer.Option(
        "--capacity",
        help="Which default quota so many sets and projects reach first.",
        metavar="SETS PROJECTS",
        min=1,
    ),
]
Newer = Annotated[
    bool,
    typer.Option("--newer", help="Ask npm and pip for newer releases of the tools; nothing else."),
]


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("doctor", epilog=EPILOG)(doctor)


def doctor(
    offline: Offline = False,
    as_json: AsJson = False,
    newer: Newer = False,
    capacity: Capacity = None,
) -> None:
    """Find blockers, and say which command fixes each."""
    if capacity is not None:
        from mlops_commons.cli.accounts.capacity import print_capacity

        if not print_capacity(*capacity, as_json=as_json):
            raise typer.Exit(ExitCode.WARNINGS)
        return
    from mlops_commons.doctor.finding import Level, worst

    if newer and offline:
        raise typer.BadParameter("a registry cannot be asked --offline", param_hint="--newer")
    findings = tuple(_newer() if newer else _findings(offline=offline))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print(findings)
    level = worst(findings)
    if level is Level.ERROR:
        raise typer.Exit(ExitCode.FAILURE)
    if level is Level.WARNING:
        raise typer.Exit(ExitCode.WARNINGS)


def _newer() -> "Iterator[Finding]":
    """The tools of this machine by the dated tables, and what their registries have."""
    import sys

    from mlops_commons.cli.environment import npm_command
    from mlops_commons.doctor.local_tools import look_at_versions
    from mlops_commons.doctor.newer import Registry, look_for_newer, of_npm, of_pip

    yield from look_at_versions(child_environment()["PATH"])
    registries = {
        Registry.NPM: of_npm(npm_command(), REPOSITORY_ROOT),
        Registry.PYPI: of_pip(sys.executable, REPOSITORY_ROOT),
    }
    yield from look_for_newer(REPOSITORY_ROOT, registries)


def _findings(*, offline: bool) -> "Iterator[Finding]":
    from mlops_commons.assembly.templates import read_template
    from mlops_commons.cli.accounts.bootstrap import rows_with_files
    from mlops_commons.config.loader import accounts_of, load_sources
    from mlops_commons.doctor import configuration
    from mlops_commons.doctor.account_state import look_at_accounts
    from mlops_commons.doctor.builds import look_at_authorities
    from mlops_commons.doctor.expected import Expected
    from mlops_commons.doctor.finding import Finding, Level
    from mlops_commons.doctor.instances import look_at_prices
    from mlops_commons.doctor.local_tools import look_at_tools
    from mlops_commons.doctor.people import look_at_people
    from mlops_commons.doctor.quotas import look_at_quotas, quota_needs
    from mlops_commons.doctor.regions import look_at_regions

    yield from look_at_tools(REPOSITORY_ROOT, child_environment()["PATH"])
    try:
        sources = load_sources()
    except ConfigError as error:
        for problem in error.problems:
            area, remedy = configuration.AREA, f"fix {problem.file}:{problem.line}"
            yield Finding(level=Level.ERROR, area=area, message=str(problem), remedy=remedy)
        return
    except PlatformError as error:
        area = configuration.AREA
        yield Finding(level=Level.ERROR, area=area, message=error.message, remedy=error.hint)
        return
    config = sources.config
    yield from configuration.look_at_configuration(sources)
    yield from look_at_authorities(config)
    yield from look_at_people(config)
    yield from look_at_regions(REPOSITORY_ROOT, accounts_of(config))
    yield from look_at_prices(config)
    assemblies = current_stacks()
    templates = (
        read_template(folder, stack)
        for folder, stacks in (assemblies or {}).items()
        for stack in stacks
    )
    needs = quota_needs(config, templates)
    yield from look_at_quotas(needs)
    rows = rows_with_files(config)
    if offline:
        for row in rows:
            area = f"{row.account} in {row.region}"
            message = "not looked at, as --offline says"
            yield Finding(level=Level.UNCHECKED, area=area, message=message)
        return
    expected = Expected(config=config, needs=needs, assemblies=assemblies)
    yield from look_at_accounts(rows, expected)


def _print(findings: "tuple[Finding, ...]") -> None:
    for area in dict.fromkeys(finding.area for finding in findings):
        typer.secho(f"\n{area}", bold=True)
        for finding in (finding for finding in findings if finding.area == area):
            sign, tone = SIGNS[finding.level]
            line = wrapped(f"  {sign} {finding.message}")
            typer.echo(line.replace(sign, typer.style(sign, fg=tone), 1))
            if finding.remedy:
                typer.echo(f"      next: {finding.remedy}")
    counts = {level: sum(f.level == level for f in findings) for level in SIGNS}
    typer.echo("\n" + ", ".join(_counted(n, level) for level, n in counts.items() if n))


def _counted(number: int, level: str) -> str:
    """`2 warnings`, but `2 ok` and `2 unchecked`."""
    return counted(number, level, plural=level if level in ("ok", "unchecked") else "")
