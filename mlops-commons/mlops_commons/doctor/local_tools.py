"""The tools of this machine: there, of a fitting version, and those that the lock files pin."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.supported import look_at_support
from mlops_commons.utilities.toolchain import least_python, pinned_version

AREA: Final = "this machine"
FROM_SCRATCH: Final = "rm -rf .venv && ./mlops-multi-account.sh --version"
PREREQUISITES: Final = "./mlops-multi-account.sh prerequisites"
STRAY_CDK: Final = "3.0.0"
"""npm's `latest` of aws-cdk: a build of 2025 that cannot read the assemblies of today's library."""
LEAST_NODE: Final = 22
LEAST_GIT: Final = (2, 28)
"""The first whose `init` takes `--initial-branch`."""
PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(;\s*[^\\]+?)?\s*\\?$", re.MULTILINE)
SECONDS: Final = 10


def look_at_tools(root: Path, path: str) -> Iterator[Finding]:
    """Findings about the tools.

    Args:
        root: the repository, with its environment.
        path: where programs are found, as in the environment variable PATH.
    """
    yield _python(root)
    yield _node(path)
    yield _cdk(root)
    yield from _stray_cdk(root, path)
    yield _aws(path)
    yield _lock(root)
    yield from look_at_versions(path)


def look_at_versions(path: str) -> Iterator[Finding]:
    """Until when what this machine has is supported.

    Args:
        path: where programs are found, as in the environment variable PATH.
    """
    yield _git(path)
    found = {"Python": platform.python_version(), "node": _version(path, "node")}
    yield from look_at_support(found, AREA)


def _finding(fits: object, good: str, bad: str, remedy: str, level: Level) -> Finding:
    """What is said where a tool fits, and what where it does not."""
    if fits:
        return Finding(level=Level.OK, area=AREA, message=good)
    return Finding(level=level, area=AREA, message=bad, remedy=remedy)


def _python(root: Path) -> Finding:
    found, least = platform.python_version(), least_python(root)
    fits = sys.version_info >= tuple(int(part) for part in least.split("."))
    bad = f"Python is {found}; this repository needs {least} or later"
    return _finding(fits, f"Python {found}", bad, PREREQUISITES, Level.ERROR)


def _git(path: str) -> Finding:
    found = _version(path, "git")
    fits = found and tuple(map(int, found.split(".")[:2])) >= LEAST_GIT
    least = ".".join(map(str, LEAST_GIT))
    bad = f"git is {found or 'missing'}; publish needs {least} or later"
    return _finding(fits, f"git {found}", bad, PREREQUISITES, Level.ERROR)


def _node(path: str) -> Finding:
    found = _version(path, "node")
    fits = found and int(found.split(".")[0]) >= LEAST_NODE
    bad = f"node is {found or 'missing'}; the CDK needs {LEAST_NODE} or later"
    return _finding(fits, f"node {found}", bad, FROM_SCRATCH, Level.ERROR)


def _cdk(root: Path) -> Finding:
    pinned = pinned_version("aws-cdk", root)
    file = root / "node_modules" / "aws-cdk" / "package.json"
    found = json.loads(file.read_text(encoding="utf-8"))["version"] if file.is_file() else "missing"
    bad = f"the CDK CLI is {found}, but package.json pins {pinned}"
    return _finding(found == pinned, f"CDK CLI {found}, as pinned", bad, FROM_SCRATCH, Level.ERROR)


def _stray_cdk(root: Path, path: str) -> Iterator[Finding]:
    """Another `cdk` on PATH: not used by this command line, but by a person who types `cdk`."""
    own = Path(sys.executable).parent
    folders = [folder for folder in path.split(os.pathsep) if Path(folder) != own]
    others = [folder for folder in folders if (Path(folder) / "cdk").is_file()]
    for folder in others[:1]:
        found = _version(folder, "cdk")
        if found != pinned_version("aws-cdk", root):
            trap = "; it cannot read today's assemblies" if found == STRAY_CDK else ""
            yield Finding(
                level=Level.WARNING,
                area=AREA,
                message=f"{folder}/cdk is {found or 'unusable'}, not the pinned CLI{trap}",
                remedy="npm uninstall --global aws-cdk; or use ./mlops-multi-account.sh infra ...",
            )


def _aws(path: str) -> Finding:
    found = _version(path, "aws")
    bad = f"the AWS CLI is {found or 'missing'}; a sign-in with IAM Identity Center needs 2"
    fits = found.startswith("2")
    return _finding(fits, f"AWS CLI {found}", bad, PREREQUISITES, Level.WARNING)


def _lock(root: Path) -> Finding:
    pins = _pins((root / "constraints.txt").read_text(encoding="utf-8"))
    drifted = [
        f"{name} {found or 'missing'} (pinned: {pinned})"
        for name, pinned in pins.items()
        if (found := _installed(name)) != pinned
    ]
    more = f" and {len(drifted) - 5} more" if len(drifted) > 5 else ""
    good = f"{len(pins)} Python packages, all as constraints.txt pins them"
    bad = f"not as constraints.txt pins them: {', '.join(drifted[:5])}{more}"
    return _finding(not drifted, good, bad, FROM_SCRATCH, Level.ERROR)


def _pins(text: str) -> Mapping[str, str]:
    """Name and version of the packages that are for every machine."""
    return {name: pinned for name, pinned, marker in PIN.findall(text) if not marker}


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _version(path: str, program: str) -> str:
    """The first version number that a program prints; empty where it cannot be run."""
    found = shutil.which(program, path=path)
    if not found:
        return ""
    try:
        done = subprocess.run(
            [found, "--version"], capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    number = re.search(r"\d+(\.\d+)+", done.stdout or done.stderr)
    return number[0] if number and done.returncode == 0 else ""
