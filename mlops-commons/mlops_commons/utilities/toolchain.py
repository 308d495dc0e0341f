"""The versions of Python and of the command-line tools, read from the place that states each."""

import json
import re
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT


def least_python(root: Path = REPOSITORY_ROOT) -> str:
    """The oldest supported Python, such as `3.11`: the `requires-python` of mlops-commons.

    `find-python.sh` reads the same line before there is a Python.

    Raises:
        PlatformError: the line is not there.
    """
    file = root / "mlops-commons" / "pyproject.toml"
    found = re.search(r'^requires-python = ">=([0-9.]+)"$', file.read_text("utf-8"), re.MULTILINE)
    if not found:
        raise PlatformError(
            f"{file} does not say which Python it needs",
            hint='write it there, for example: requires-python = ">=3.11"',
        )
    return found[1]


def pinned_version(tool: str, root: Path = REPOSITORY_ROOT) -> str:
    """The exact version of a node tool in `package.json`, such as `aws-cdk`.

    Raises:
        PlatformError: the tool is not pinned there, or by a range.
    """
    file = root / "package.json"
    version = str(json.loads(file.read_text(encoding="utf-8"))["devDependencies"].get(tool, ""))
    if not version or not version[0].isdigit():
        raise PlatformError(
            f"'{tool}' has no exact version in {file}: '{version}'",
            hint=f"pin it there, for example with: npm install --save-exact --save-dev {tool}",
        )
    return version


def locked_version(package: str, root: Path = REPOSITORY_ROOT) -> str:
    """The exact version of a Python package in `constraints.txt`.

    Raises:
        PlatformError: the package is not locked there.
    """
    file = root / "constraints.txt"
    line = re.compile(rf"^{re.escape(package)}==([^\s;\\]+)", re.MULTILINE)
    found = line.search(file.read_text(encoding="utf-8"))
    if not found:
        raise PlatformError(
            f"'{package}' is not locked in {file}",
            hint="lock it as CONTRIBUTING.md says under 'Change a dependency'",
        )
    return found[1]
