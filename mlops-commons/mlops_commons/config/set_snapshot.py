"""What the repository of an account set holds."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.config.selection import only_set
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.snapshot import Snapshot, snapshot

CDK_APP_CONFIG: Final = PurePosixPath("mlops-commons/mlops_commons/config/cdk-app.yml")
CDK_INFRA_APP_CONFIG: Final = PurePosixPath("mlops-infra/config/cdk-infra-app.yml")


def set_snapshot(
    config: PlatformConfig, directory: str, set_name: str, root: Path = REPOSITORY_ROOT
) -> Snapshot:
    """The code of one app, and the configuration of one set alone.

    Args:
        directory: the folder of the app.
    """
    texts: Mapping[PurePosixPath, str] = {
        CDK_APP_CONFIG: config.cdk_app_text,
        CDK_INFRA_APP_CONFIG: config.infra_text,
    }
    selected = {file: only_set(text, set_name) for file, text in texts.items() if text}
    return snapshot(root, directory, selected)
