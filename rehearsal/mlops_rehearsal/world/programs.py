"""The programs that a build image has, found by the names that are typed."""

import json
import shutil
import sys
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

TOOLS: Final = {"cdk": "aws-cdk", "cdk-assets": "cdk-assets"}
"""Node programs by name, and the package of each."""
OF_CONTAINERS: Final = ("aws", "docker")
CONTAINERS: Final = "mlops_rehearsal.world.container_programs"
NPM: Final = """#!/bin/sh
# Stands in for npm in builds that have no network: what the lock file has installed is there
# already; any other package or version is refused.
for package in "$@"; do
  case "$package" in
    install | i | -*) ;;
    {installed}) ;;
    *) echo "npm: $package is not what package-lock.json has installed" >&2; exit 1 ;;
  esac
done
"""


def cdk_command() -> list[str | Path]:
    """The pinned CDK CLI, started by the environment's node."""
    return [_node(), _entry("cdk")]


def write_programs(folder: Path) -> None:
    """Write the programs of a build without network and Docker engine."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TOOLS:
        _write(folder / name, f'#!/bin/sh\nexec "{_node()}" "{_entry(name)}" "$@"\n')
    versions = [f"{package}@{_manifest(package)['version']}" for package in TOOLS.values()]
    for name in OF_CONTAINERS:
        _write(
            folder / name, f'#!/bin/sh\nexec "{sys.executable}" -P -m {CONTAINERS} {name} "$@"\n'
        )
    _write(folder / "npm", NPM.format(installed=" | ".join(versions)))


def _write(file: Path, content: str) -> None:
    file.write_text(content)
    file.chmod(0o755)


def _node() -> str:
    folder = Path(sys.executable).parent
    node = shutil.which("node", path=str(folder)) or shutil.which("node")
    if node is None:
        raise PlatformError(
            "node is not installed", hint="install it with: ./mlops-multi-account.sh --version"
        )
    return node


def _entry(name: str) -> Path:
    package = TOOLS[name]
    return REPOSITORY_ROOT / "node_modules" / package / str(_manifest(package)["bin"][name])


def _manifest(package: str) -> dict[str, dict[str, str]]:
    file = REPOSITORY_ROOT / "node_modules" / package / "package.json"
    if not file.is_file():
        raise PlatformError(
            f"'{package}' is not installed: {file.parent}",
            hint="install it with: ./mlops-multi-account.sh --version",
        )
    manifest: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return manifest
