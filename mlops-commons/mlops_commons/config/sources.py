"""What a check looks at: both files as written, and what they resolve to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.config.document import Document, KeyPath
from mlops_commons.config.infra_model import CdkInfraAppConfig
from mlops_commons.config.model import CdkAppConfig
from mlops_commons.config.platform import Deployment, PlatformConfig, Stage

APP_ROOT: Final = "cdk_app_config"
INFRA_ROOT: Final = "cdk_infra_app_config"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Both files as written, and what they resolve to."""

    app: CdkAppConfig
    app_document: Document
    infra: CdkInfraAppConfig
    infra_document: Document
    config: PlatformConfig

    def stages(self) -> Iterator[tuple[KeyPath, Deployment, Stage]]:
        """The stages that are delivered, each with its path in `cdk-app.yml`."""
        for index, deployment in enumerate(self.config.deployments):
            for position, stage in enumerate(deployment.stages):
                if deployment.enabled and stage.enabled:
                    path = (APP_ROOT, "deployments", index, "stages", position)
                    yield path, deployment, stage

    def network_path(self, set_name: str, stage_name: str) -> KeyPath:
        """Where a stage's network stands in `cdk-infra-app.yml`, or what it inherits from."""
        for index, entry in enumerate(self.infra.network.deployments):
            for position, stage in enumerate(entry.stages):
                if (entry.set_name.lower(), stage.stage_name.lower()) == (
                    set_name.lower(),
                    stage_name.lower(),
                ):
                    kind = "import_network" if stage.import_network else "create_network"
                    return (INFRA_ROOT, "network", "deployments", index, "stages", position, kind)
        return (INFRA_ROOT, "network", "default_create_network")
