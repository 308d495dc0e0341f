"""What the repository of an account set holds."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

from mlops_commons.config.selection import only_set
from mlops_commons.stage import PlatformConfig
from mlops_commons.utilities.snapshot import Snapshot

CDK_APP_CONFIG: Final = PurePosixPath("mlops-commons/mlops_commons/config/cdk-app.yml")
CDK_INFRA_APP_CONFIG: Final = PurePosixPath("mlops-infra/config/cdk-infra-app.yml")


def set_snapshot(config: PlatformConfig, shared: Snapshot, set_name: str) -> Snapshot:
    """The code of one app, and the configuration of one set alone.

    Args:
        shared: the snapshot of the app, the same for all sets.
    """
    texts: Mapping[PurePosixPath, str] = {
        CDK_APP_CONFIG: config.cdk_app_text,
        CDK_INFRA_APP_CONFIG: config.infra_text,
    }
    return shared.replacing({f: only_set(text, set_name) for f, text in texts.items() if text})
