"""Where the repository and its files are."""

from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError

REPOSITORY_ROOT: Final = Path(__file__).resolve().parents[3]
"""The monorepo, or a snapshot of it: both have the same shape."""

CONFIG_DIRECTORY: Final = REPOSITORY_ROOT / "mlops-commons" / "mlops_commons" / "config"
CDK_APP_CONFIG: Final = CONFIG_DIRECTORY / "cdk-app.yml"
CDK_INFRA_APP_CONFIG: Final = REPOSITORY_ROOT / "mlops-infra" / "config" / "cdk-infra-app.yml"
EXAMPLES: Final = REPOSITORY_ROOT / "examples"
"""A folder for each configuration that shows something."""
SAMPLE: Final = EXAMPLES / "sample"
"""The configuration as shipped, which pictures and recorded templates show."""

APP_DIRECTORIES: Final = {"infra": "mlops-infra", "template": "mlops-sm-project-template"}
"""Command-line name of an app and its folder in the repository."""


def app_directory(app: str, root: Path = REPOSITORY_ROOT) -> Path:
    """The folder of an app by its command-line name.

    Raises:
        PlatformError: the checkout has no such app (a snapshot holds one app only).
    """
    directory = root / APP_DIRECTORIES[app]
    if not (directory / "app.py").is_file():
        raise PlatformError(
            f"this checkout has no '{APP_DIRECTORIES[app]}': {directory}",
            hint="run the command in the monorepo, or in the CodeCommit repository of that app",
        )
    return directory
