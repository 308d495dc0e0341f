"""Where the repository and its files are."""

import os
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError

REPOSITORY_ROOT: Final = Path(__file__).resolve().parents[3]
"""The monorepo, or a snapshot of it: both have the same shape."""

CONFIG_DIRECTORY: Final = REPOSITORY_ROOT / "mlops-commons" / "mlops_commons" / "config"
CDK_APP_PLACE: Final = CONFIG_DIRECTORY / "cdk-app.yml"
"""Where the file is in this repository and in those of the sets."""
CDK_INFRA_APP_PLACE: Final = REPOSITORY_ROOT / "mlops-infra" / "config" / "cdk-infra-app.yml"

CONFIG_VARIABLE: Final = "MLOPS_CONFIG"
"""A folder with both files, instead of their places here: another environment of this checkout."""
OWN_CONFIG: Final = (
    Path(os.environ[CONFIG_VARIABLE]).absolute() if os.environ.get(CONFIG_VARIABLE) else None
)
CDK_APP_CONFIG: Final = OWN_CONFIG / CDK_APP_PLACE.name if OWN_CONFIG else CDK_APP_PLACE
CDK_INFRA_APP_CONFIG: Final = (
    OWN_CONFIG / CDK_INFRA_APP_PLACE.name if OWN_CONFIG else CDK_INFRA_APP_PLACE
)
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


def apps_here(root: Path = REPOSITORY_ROOT) -> list[str]:
    """The command-line names of the apps that a repository has: one of them, or both."""
    return [app for app, folder in APP_DIRECTORIES.items() if (root / folder / "app.py").is_file()]
