"""The validators of the field over the templates of an assembly: cfn-lint and the engine of AWS.

Why the CDK's own validator stays off is in docs/decisions/0004-validators.md.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.assembly.stacks import read_stacks
from mlops_commons.utilities.errors import PlatformError


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """What a validator says of a template.

    Attributes:
        file: the template.
        place: the resource with the path of its property, as far as the validator names them.
        rule: its id, such as `E3032`.
    """

    file: Path
    line: int
    place: str
    rule: str
    message: str
    validator: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.place}: {self.rule} {self.message} ({self.validator})"
        )


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A finding that stands, and why."""

    rule: str
    text: str
    reason: str


WARNING: Final = "W"
"""How the rules begin that are no errors."""
ACCEPTED: Final = (
    Accepted(
        rule="E3703",
        text="Prefer using Fn::Sub over Fn::Join",
        reason="the rule passes a remark of another one (I1022, a matter of style) on as its own",
    ),
    Accepted(
        rule="W3005",
        text="dependency already enforced",
        reason="CDK adds DependsOn next to GetAtt",
    ),
    Accepted(
        rule="E3050",
        text="Ref",
        reason="roles have a path in AWS's own names; their ARN is built by GetAtt",
    ),
    Accepted(
        rule="W9013",
        text="Hardcoded account ID in ARN",
        reason="a key of the organization is of an account that only the configuration knows",
    ),
)


def findings(assembly: Path) -> list[Finding]:
    """What the validators find in the templates of an assembly, nested ones and products included.

    Raises:
        PlatformError: the folder is not a complete cloud assembly, or cfn-lint did not run.
    """
    return findings_in(by_region(assembly))


def findings_in(
    templates: Mapping[str, Sequence[Path]], validators: Iterable[str] = ()
) -> list[Finding]:
    """What the validators find in templates.

    Args:
        templates: by the region for which they are made.
        validators: the names of some; all without.

    Raises:
        PlatformError: cfn-lint did not run.
    """
    found = [
        finding
        for region, files in templates.items()
        for validator in validators or VALIDATORS
        for finding in VALIDATORS[validator](files, region)
    ]
    return sorted(finding for finding in found if not _is_accepted(finding))


def engine_errors(assembly: Path) -> list[Finding]:
    """What AWS's engine alone refuses in the templates of an assembly: it takes seconds."""
    found = findings_in(by_region(assembly), ["cloudformation-validate"])
    return [finding for finding in found if not finding.rule.startswith(WARNING)]


def templates(assembly: Path) -> list[Path]:
    """Every template of an assembly."""
    return [file for files in by_region(assembly).values() for file in files]


def by_region(assembly: Path) -> Mapping[str, Sequence[Path]]:
    """The templates by the region for which they are made; a product's is that of its stack."""
    regions = {assembly / stack.template: stack.region for stack in read_stacks(assembly)}
    beside = {file.parent: region for file, region in regions.items()}
    found: dict[str, list[Path]] = {}
    for file in sorted(assembly.rglob("*.template.json")):
        found.setdefault(regions.get(file) or beside[file.parent], []).append(file)
    return found


def _cfn_lint(templates: Sequence[Path], region: str) -> Iterator[Finding]:
    """The findings of the program."""
    program = Path(sys.executable).with_name("cfn-lint")
    given = {str(template.resolve()): template for template in templates}
    command: list[str | Path] = [program, "--regions", region, "--format", "json", "--", *given]
    with tempfile.TemporaryDirectory() as folder:
        # Its settings files, in a home or where it runs, may ignore rules.
        own = {"HOME": folder, "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}
        done = subprocess.run(
            command, cwd=folder, env=own, capture_output=True, text=True, check=False
        )
    try:
        rows = json.loads(done.stdout)
    except ValueError:
        raise PlatformError(
            f"cfn-lint ended with exit code {done.returncode}: {done.stderr.strip()[-500:]}",
            hint="see what it says alone: .venv/bin/cfn-lint --version",
        ) from None
    for row in rows:
        path = [str(part) for part in row["Location"]["Path"] or ()]
        yield Finding(
            file=given[row["Filename"]],
            line=row["Location"]["Start"]["LineNumber"],
            place=".".join(part for part in path if part != "Resources"),
            rule=row["Rule"]["Id"],
            message=row["Message"],
            validator="cfn-lint",
        )


def _cloudformation_validate(templates: Sequence[Path], region: str) -> Iterator[Finding]:
    """The warnings and errors of the engine that AWS itself uses."""
    # Imported here: the engine takes half a second, and every command starts this module's room.
    import cloudformation_validate as engine

    composite = engine.CompositeEngine()
    config = engine.ValidateConfig(
        pseudo_parameter_overrides=engine.PseudoParameterOverrides(region=region)
    )
    for template in templates:
        for finding in composite.validate_template(str(template), config).diagnostics:
            if finding.severity.value >= engine.Severity.WARN.value:
                yield _engine_finding(template, finding)


def _engine_finding(template: Path, finding: Any) -> Finding:
    names = (finding.entity.logical_id if finding.entity else "", finding.property_path or "")
    return Finding(
        file=template,
        line=finding.start_line or 0,
        place=".".join(name for name in names if name),
        rule=finding.rule_id,
        message=finding.message,
        validator="cloudformation-validate",
    )


VALIDATORS: Final = {"cfn-lint": _cfn_lint, "cloudformation-validate": _cloudformation_validate}


def _is_accepted(finding: Finding) -> bool:
    return any(row.rule == finding.rule and row.text in finding.message for row in ACCEPTED)
