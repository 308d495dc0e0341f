"""`ai-controls`: AWS's controls for machine learning over templates and compiled pipelines."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from mlops_commons.ai_controls.findings import Finding
from mlops_commons.ai_controls.guard import Operation, guard_rules
from mlops_commons.ai_controls.pipelines import (
    findings_in_definition,
    findings_with_jobs,
    is_definition,
)
from mlops_commons.ai_controls.table import CONTROLS, STANDARD
from mlops_commons.assembly.validators import templates
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.help import epilog
from mlops_commons.cli.tables import print_table, print_wrapped
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.words import counted

EPILOG: Final = epilog(
    """
The controls of AWS Security Hub's AI Security Best Practices, over CloudFormation templates and
over compiled SageMaker pipelines, whose jobs the standard leaves out. Without a file: what both
apps make of the configuration. Exit code 1 when there is a finding without a reason.
""",
    {
        "ai-controls": "the templates of both apps",
        "ai-controls cdk.out/*.template.json": "those of a project's deploy repository",
        "ai-controls pipeline.json --json": "the jobs of a pipeline, for a program",
        "ai-controls --guard rules.guard": "the table, for a hook of CloudFormation",
    },
)
YAML: Final = (".yml", ".yaml")

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Templates, or compiled pipelines.", metavar="TEMPLATE"),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, acknowledged findings included.")]
Guard = Annotated[
    Path | None,
    typer.Option("--guard", help="Write the controls as rules of cfn-guard.", metavar="FILE"),
]
Operations = Annotated[
    Operation, typer.Option("--operation", help="What the hook looks at, for --guard.")
]


@dataclass(frozen=True, kw_only=True)
class _Found:
    file: Path
    finding: Finding


def register(application: typer.Typer) -> None:
    """Add the verb to the command line."""
    application.command("ai-controls", epilog=EPILOG)(ai_controls)


def ai_controls(
    files: Files = None,
    as_json: AsJson = False,
    guard: Guard = None,
    operation: Operations = Operation.STACK,
) -> None:
    """Check templates and pipelines against AWS's AI controls."""
    if guard is not None:
        _write(guard, guard_rules(operation))
        typer.echo(f"{len(CONTROLS)} controls written to {guard}")
        return
    looked_at = files or _synthesised(quiet=as_json)
    found = [
        _Found(file=file, finding=finding) for file in looked_at for finding in _findings_in(file)
    ]
    if as_json:
        json.dump(_document(looked_at, found), sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        _print(looked_at, found)
    if any(not each.finding.reason for each in found):
        raise typer.Exit(ExitCode.FAILURE)


def _synthesised(*, quiet: bool) -> Sequence[Path]:
    """The templates of both apps, as this configuration makes them."""
    from mlops_commons.cli.apps.assemblies import synthesised_stacks

    return [file for assembly in synthesised_stacks(quiet=quiet) for file in templates(assembly)]


def _findings_in(file: Path) -> list[Finding]:
    document = _read(file)
    if is_definition(document):
        return findings_in_definition(document)
    if isinstance(document.get("Resources"), dict):
        _check_resources(file, document["Resources"])
        return findings_with_jobs(document)
    raise PlatformError(
        f"'{file}' is neither a template of CloudFormation nor a compiled SageMaker pipeline: it "
        "has neither 'Resources' nor 'Steps'",
        hint="a CDK app writes templates with: cdk synth; see cdk.out/*.template.json",
    )


def _check_resources(file: Path, resources: Mapping[str, Any]) -> None:
    """Each is a mapping with a type (CloudFormation User Guide, "Resources")."""
    for name, resource in resources.items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise PlatformError(
                f"'{file}' is no template of CloudFormation: its resource '{name}' has no 'Type'",
                hint="see what is wrong with: cfn-lint " + shlex.quote(str(file)),
            )
        for part in ("Properties", "Metadata"):
            if not isinstance(resource.get(part, {}), dict):
                raise PlatformError(
                    f"'{file}' is no template of CloudFormation: '{part}' of its resource "
                    f"'{name}' is no mapping",
                    hint="see what is wrong with: cfn-lint " + shlex.quote(str(file)),
                )


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be read: {error.strerror}") from None
    except UnicodeError:
        text = ""
    try:
        document = _yaml(text) if file.suffix in YAML else json.loads(text)
    except ValueError as error:
        raise PlatformError(
            f"'{file}' is no {'YAML' if file.suffix in YAML else 'JSON'} document: {error}",
            hint="name templates (.json, .yml) or compiled pipelines (.json)",
        ) from None
    return document if isinstance(document, dict) else {}


def _yaml(text: str) -> Any:
    """A template in YAML, with CloudFormation's short forms such as `!Ref` written out."""
    # Imported here: only templates in YAML need it, and it takes half a second.
    import yaml
    from cfnlint.decode.cfn_yaml import CfnParseError, loads

    try:
        return loads(text)
    except (CfnParseError, yaml.YAMLError) as error:
        raise ValueError(str(error)) from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PlatformError(f"'{file}' cannot be written: {error.strerror}") from None


def _document(files: Sequence[Path], found: Sequence[_Found]) -> dict[str, object]:
    return {
        "standard": STANDARD,
        "files": [str(file) for file in files],
        "findings": [dict(_row(each)) for each in found],
    }


def _row(each: _Found) -> Iterator[tuple[str, str]]:
    control = each.finding.control
    yield "file", str(each.file)
    yield "resource", each.finding.resource
    yield "control", control.id
    yield "severity", control.severity
    yield "title", control.title
    yield "message", each.finding.message
    yield "source", control.source
    yield "acknowledged", each.finding.reason


def _print(files: Sequence[Path], found: Sequence[_Found]) -> None:
    unacknowledged = [each for each in found if not each.finding.reason]
    if unacknowledged:
        print_table(
            ("Control", "Severity", "Resource", "What is wrong"),
            [
                (
                    e.finding.control.id,
                    e.finding.control.severity,
                    e.finding.resource,
                    f"{e.finding.message} ({e.file.name})",
                )
                for e in unacknowledged
            ],
        )
    acknowledged = len(found) - len(unacknowledged)
    looked_at = f"{counted(len(files), 'file')}, {counted(len(CONTROLS), 'control')}"
    open_ones = counted(len(unacknowledged), "open finding")
    print_wrapped([f"{looked_at}: {open_ones}, {acknowledged} acknowledged with a reason"])
