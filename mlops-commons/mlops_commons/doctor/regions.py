"""Whether every resource type of the templates exists in the region where it goes."""

import json
from collections.abc import Container, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from mlops_commons.assembly.stacks import StackSummary, read_stacks
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
)

CONFIGURATION: Final = (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
AREA: Final = "regions"


def look_at_regions(root: Path, accounts: Container[str]) -> Iterator[Finding]:
    """Findings for each app and region, from the templates that were synthesised last.

    The types of a region are those of cfn-lint's maps, which come from the registry of that region.

    Args:
        root: the repository.
        accounts: those of the configuration; templates of others tell of another environment.
    """
    for app, directory in APP_DIRECTORIES.items():
        if not (root / directory / "app.py").is_file():
            continue
        assembly = root / directory / "cdk.out"
        try:
            stacks = read_stacks(assembly)
        except PlatformError:
            yield _unchecked(app, "are not synthesised yet")
            continue
        if any(stack.account not in accounts for stack in stacks):
            yield _unchecked(app, "are those of another configuration")
        elif _older_than_configuration(assembly):
            yield _unchecked(app, "are older than the configuration")
        else:
            yield from _types(assembly, app, stacks)


def _unchecked(app: str, why: str) -> Finding:
    return Finding(
        level=Level.UNCHECKED,
        area=AREA,
        message=f"the templates of '{app}' {why}",
        remedy=f"./mlops-multi-account.sh {app} synth",
    )


def _older_than_configuration(assembly: Path) -> bool:
    """Whether templates tell of a configuration that is there no more."""
    manifest = assembly / "manifest.json"
    changed = [file.stat().st_mtime_ns for file in CONFIGURATION if file.is_file()]
    return manifest.is_file() and manifest.stat().st_mtime_ns < max(changed, default=0)


def _types(assembly: Path, app: str, stacks: tuple[StackSummary, ...]) -> Iterator[Finding]:
    wanted: dict[str, set[str]] = {}
    for stack in stacks:
        template = json.loads((assembly / stack.template).read_bytes())
        types = {resource["Type"] for resource in template.get("Resources", {}).values()}
        wanted.setdefault(stack.region, set()).update(
            kind for kind in types if kind.startswith("AWS::") and kind != "AWS::CDK::Metadata"
        )
    for region, types in sorted(wanted.items()):
        known = _known_types(region)
        missing = sorted(types - known)
        if not known:
            yield Finding(
                level=Level.UNCHECKED,
                area=AREA,
                message=f"nothing is known of {region}, which '{app}' uses",
            )
        elif missing:
            yield Finding(
                level=Level.ERROR,
                area=AREA,
                message=f"{region} lacks what '{app}' creates there: {', '.join(missing)}",
                remedy="./mlops-multi-account.sh config",
            )
        else:
            message = f"{region} has all {len(types)} resource types of '{app}'"
            yield Finding(level=Level.OK, area=AREA, message=message)


def _known_types(region: str) -> set[str]:
    package = find_spec("cfnlint")
    assert package and package.origin
    folder = Path(package.origin).parent / "data" / "schemas" / "providers"
    file = folder / f"{region}.json"
    return set(json.loads(file.read_bytes())) if file.is_file() else set()
