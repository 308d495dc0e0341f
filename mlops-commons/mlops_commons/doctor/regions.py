"""Whether every resource type of the templates exists in the region where it goes."""

import json
from collections.abc import Iterator
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
    REPOSITORY_ROOT,
)

CONFIGURATION: Final = (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG)
AREA: Final = "regions"


def look_at_regions(root: Path) -> Iterator[Finding]:
    """Findings for each app and region, from the templates that were synthesised last.

    The types of a region are those of cfn-lint's maps, which come from the registry of that region.
    """
    for app, directory in APP_DIRECTORIES.items():
        if not (root / directory / "app.py").is_file():
            continue
        if _older_than_configuration(root, root / directory / "cdk.out"):
            yield Finding(
                level=Level.UNCHECKED,
                area=AREA,
                message=f"the templates of '{app}' are older than the configuration",
                remedy=f"./mlops-multi-account.sh {app} synth",
            )
            continue
        try:
            stacks = read_stacks(root / directory / "cdk.out")
        except PlatformError:
            yield Finding(
                level=Level.UNCHECKED,
                area=AREA,
                message=f"the templates of '{app}' are not synthesised yet",
                remedy=f"./mlops-multi-account.sh {app} synth",
            )
            continue
        yield from _types(root / directory / "cdk.out", app, stacks)


def _older_than_configuration(root: Path, assembly: Path) -> bool:
    """Whether templates tell of a configuration that is there no more."""
    manifest = assembly / "manifest.json"
    files = [root / file.relative_to(REPOSITORY_ROOT) for file in CONFIGURATION]
    changed = [file.stat().st_mtime_ns for file in files if file.is_file()]
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
