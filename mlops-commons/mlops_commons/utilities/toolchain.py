"""The versions of the command-line tools, read from the one place that pins them."""

import json
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT


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
