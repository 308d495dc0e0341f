"""`config validate`: every problem at once, for people, for scripts and for code scanning."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import print_wrapped
from mlops_commons.utilities.errors import ConfigError, PlatformError, Problem
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
    apps_here,
)

if TYPE_CHECKING:
    from mlops_commons.config.sources import Sources

EPILOG: Final = epilog(
    """
Without FILE: this checkout's files, and whether stages that are published can take the change.
FILE is a cdk-app.yml, or its folder; a cdk-infra-app.yml beside it counts too.
""",
    {
        "config validate": "the files of this checkout",
        "config validate examples/two-sets": "files that are elsewhere",
        "config validate --format json": "for a script; exit code 1 where there are problems",
        "config validate --format sarif": "for code scanning of pull requests",
    },
)
SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"


class Format(StrEnum):
    """How the verdict is printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


Where = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A cdk-app.yml or a folder.")]
As = Annotated[Format, typer.Option("--format", help="How the verdict is printed.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is wrong with the files, and what is only to be known."""

    files: tuple[Path, Path]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def validate(where: Where = None, form: As = Format.TEXT, as_json: AsJson = False) -> None:
    """Report every problem of both files at once."""
    if form is Format.TEXT and not as_json:
        _say(where)
        return
    found = _verdict(where)
    shown = _sarif(found) if form is Format.SARIF else _json(found)
    typer.echo(json.dumps(shown, indent=2))
    if found.problems:
        raise typer.Exit(ExitCode.FAILURE)


def _verdict(where: Path | None) -> Verdict:
    from mlops_commons.config.notes import notes

    files = _files(where)
    try:
        sources = _loaded(where)
    except ConfigError as error:
        return Verdict(files=files, problems=error.problems)
    except PlatformError as error:
        whole = Problem(file=files[0], line=0, path="", message=error.message)
        return Verdict(files=files, problems=(whole,))
    return Verdict(files=files, notes=notes(sources))


def _loaded(where: Path | None) -> "Sources":
    """Both files; those of this checkout also against what is published."""
    from mlops_commons.cli.apps.deliverable import check_deliverable
    from mlops_commons.cli.config.long_policies import check_long_policies
    from mlops_commons.config.authorities import check_authorities
    from mlops_commons.config.kept_policies import check_kept_policies
    from mlops_commons.config.loader import load_sources

    sources = load_sources(*_files(where))
    check_authorities(sources, date.today())
    check_kept_policies(sources)
    check_long_policies(sources)
    if where is None:
        check_deliverable(sources)
    return sources


def _files(where: Path | None) -> tuple[Path, Path]:
    if where is None:
        return CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG
    cdk_app = where / CDK_APP_CONFIG.name if where.is_dir() else where
    if cdk_app.name == CDK_INFRA_APP_CONFIG.name:
        cdk_app = cdk_app.with_name(CDK_APP_CONFIG.name)
    return cdk_app, cdk_app.with_name(CDK_INFRA_APP_CONFIG.name)


def _say(where: Path | None) -> None:
    from mlops_commons.config import placeholder_accounts
    from mlops_commons.config.notes import notes
    from mlops_commons.utilities.own_files import undelivered_note

    cdk_app, infra = _files(where)
    sources = _loaded(where)
    config = sources.config
    typer.echo(f"valid: {cdk_app}")
    if infra.is_file() or "infra" in apps_here():
        typer.echo(f"{'valid' if infra.is_file() else 'absent, all defaults'}: {infra}")
    print_wrapped(f"note: {found}" for found in notes(sources))
    if not config.enabled_deployments:
        print_wrapped(["note: no set has an enabled stage, so that nothing is delivered"])
    placeholders = placeholder_accounts(config)
    if placeholders:
        ids = ", ".join(placeholders)
        print_wrapped([f"note: placeholder account ids, fill in yours: {ids}"])
    if where is None and (note := undelivered_note(REPOSITORY_ROOT)):
        print_wrapped([note])


def _json(found: Verdict) -> Mapping[str, Any]:
    return {
        "valid": not found.problems,
        "files": [_path(file) for file in found.files if file.is_file()],
        "problems": [_row(problem) for problem in found.problems],
        "notes": [_row(note) for note in found.notes],
    }


def _row(problem: Problem) -> Mapping[str, Any]:
    return {
        "file": _path(problem.file),
        "line": problem.line,
        "path": problem.path,
        "message": problem.message,
    }


def _sarif(found: Verdict) -> Mapping[str, Any]:
    """SARIF 2.1.0 (OASIS): one run, a result for each problem and note."""
    levels = [("error", problem) for problem in found.problems]
    levels += [("note", note) for note in found.notes]
    driver = {"name": "mlops-multi-account config validate", "rules": [{"id": "configuration"}]}
    results = [_result(level, problem) for level, problem in levels]
    return {
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(level: str, problem: Problem) -> Mapping[str, Any]:
    said = f"{problem.path}: {problem.message}" if problem.path else problem.message
    location = {
        "artifactLocation": {"uri": _path(problem.file)},
        # A line counts from 1 there; a finding about the whole file stands on the first.
        "region": {"startLine": max(problem.line, 1)},
    }
    return {
        "ruleId": "configuration",
        "level": level,
        "message": {"text": said},
        "locations": [{"physicalLocation": location}],
    }


def _path(file: Path) -> str:
    """As in the repository where the file is in it, with slashes as in an address."""
    inside = file.absolute().is_relative_to(REPOSITORY_ROOT)
    return Path(os.path.relpath(file, REPOSITORY_ROOT) if inside else file.absolute()).as_posix()
