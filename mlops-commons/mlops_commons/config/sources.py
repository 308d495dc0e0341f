"""What a check looks at: both files as written, and what they resolve to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.config.document import Document, KeyPath
from mlops_commons.config.infra_model import CdkInfraAppConfig
from mlops_commons.config.model import CdkAppConfig
from mlops_commons.contract import USER_GROUPS, Persona
from mlops_commons.stage import Deployment, PlatformConfig, Stage

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
                if _same(entry.set_name, set_name) and _same(stage.stage_name, stage_name):
                    kind = "import_network" if stage.import_network else "create_network"
                    return (INFRA_ROOT, "network", "deployments", index, "stages", position, kind)
        return (INFRA_ROOT, "network", "default_create_network")

    def ranges_path(self, network: KeyPath, key: str) -> KeyPath:
        """Where the ranges of a network stand: in its own block, or in what it inherits."""
        inherited = (INFRA_ROOT, "network", "default_create_network", key)
        lines = self.infra_document.lines
        return inherited if (*network, key) not in lines and inherited in lines else (*network, key)

    def projects_path(self, set_name: str, key: str) -> KeyPath:
        """Where a key of `projects` stands for a set: in its own entry, or for all sets."""
        for index, deployment in enumerate(self.config.deployments):
            own = (APP_ROOT, "deployments", index, "projects", key)
            if _same(deployment.set_name, set_name) and own in self.app_document.lines:
                return own
        return (APP_ROOT, "projects", key)

    def studio_path(self, set_name: str, stage_name: str) -> KeyPath | None:
        """Where the Studio of a stage stands in `cdk-infra-app.yml`; None where it does not."""
        for index, entry in enumerate(self.infra.sagemaker.deployments):
            for position, stage in enumerate(entry.stages):
                if _same(entry.set_name, set_name) and _same(stage.stage_name, stage_name):
                    path = (INFRA_ROOT, "sagemaker", "deployments", index)
                    return (*path, "stages", position)
        return None

    def studio_key_path(self, set_name: str, stage_name: str, key: str) -> KeyPath | None:
        """Where a key of a stage's Studio stands; None where `cdk-infra-app.yml` has no line of it.

        Args:
            key: of the stage or of all Studios, or `users`; another one is not in this file.
        """
        stage = self.studio_path(set_name, stage_name)
        blocks = (*((stage,) if stage else ()), *self.sagemaker_paths(set_name))
        name = "profiles" if key == "users" else key
        found = ((*block, name) for block in blocks)
        return next((path for path in found if path in self.infra_document.lines), None)

    def set_path(self, set_name: str) -> KeyPath:
        """Where the name of a set stands in `cdk-app.yml`."""
        named = [deployment.set_name for deployment in self.config.deployments]
        index = next(i for i, name in enumerate(named) if _same(name, set_name))
        return (APP_ROOT, "deployments", index, "set_name")

    def sagemaker_paths(self, set_name: str) -> tuple[KeyPath, ...]:
        """The blocks with Studio's settings for a set: its own where it has one, then all sets'."""
        own = tuple(
            (INFRA_ROOT, "sagemaker", "deployments", index)
            for index, entry in enumerate(self.infra.sagemaker.deployments)
            if _same(entry.set_name, set_name)
        )
        return (*own, (INFRA_ROOT, "sagemaker"))

    def domain_path(self, set_name: str, stage_name: str) -> KeyPath:
        """Where the domain's name of a stage stands in `cdk-infra-app.yml`, or the block for it."""
        stage = self.studio_path(set_name, stage_name)
        return (*stage, "domain_name") if stage else (INFRA_ROOT, "sagemaker")

    def profiles_path(self, set_name: str, persona: Persona) -> KeyPath:
        """Where the users of a persona stand: in the entry of the set, or for all sets."""
        group = USER_GROUPS[persona].name
        for index, entry in enumerate(self.infra.sagemaker.deployments):
            if _same(entry.set_name, set_name) and getattr(entry.profiles, group):
                return (INFRA_ROOT, "sagemaker", "deployments", index, "profiles", group)
        return (INFRA_ROOT, "sagemaker", "profiles", group)

    def persona_path(self, set_name: str, persona: Persona) -> KeyPath:
        """Where it stands what a persona may do besides: in the entry of the set, or for all."""
        for index, entry in enumerate(self.infra.sagemaker.deployments):
            if _same(entry.set_name, set_name) and getattr(entry.personas, persona):
                return (INFRA_ROOT, "sagemaker", "deployments", index, "personas", persona)
        return (INFRA_ROOT, "sagemaker", "personas", persona)

    def infra_block(self, path: KeyPath) -> Any:
        """The block of `cdk-infra-app.yml` at a path that begins with its root; None for none."""
        found: Any = self.infra
        for part in path[1:]:
            found = found[part] if isinstance(part, int) else getattr(found, part)
        return found


def _same(first: str, second: str) -> bool:
    return first.lower() == second.lower()
