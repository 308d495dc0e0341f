"""Where existing keys are used: by purpose the accounts and regions, with the stacks there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.config.projects_of_sets import apps_of
from mlops_commons.delivery_source import SourceType
from mlops_commons.organization import KeyPurpose, RoleNames
from mlops_commons.stage import CreateNetwork, Deployment, PlatformConfig, Stage
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import APP_DIRECTORIES

Place = tuple[str, str]
"""An account and a region."""


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """One stack that encrypts with an existing key.

    Attributes:
        stack: its name.
        execution_role: with which CloudFormation makes what is encrypted.
        roles: how the roles of the stack are named.
    """

    account: str
    region: str
    stack: str
    execution_role: str
    roles: RoleNames


@dataclass(frozen=True, kw_only=True)
class Delivery(KeyUse):
    """The stack of a delivery pipeline.

    Attributes:
        topic: the name of its notices.
        archive: the bucket that a person uploads the code to; empty where it is elsewhere.
        deployers: accounts of stages with the roles that read the artifacts there.
    """

    topic: str
    archive: str
    deployers: tuple[tuple[str, str], ...]


def uses_of(config: PlatformConfig, purpose: KeyPurpose) -> tuple[KeyUse, ...]:
    """The stacks of all enabled stages that encrypt for a purpose."""
    return tuple(USES[purpose](config))


def places_of(config: PlatformConfig, purpose: KeyPurpose) -> tuple[Place, ...]:
    """The accounts and regions of these stacks, sorted."""
    return tuple(sorted({(use.account, use.region) for use in uses_of(config, purpose)}))


def _networks(config: PlatformConfig) -> Iterator[KeyUse]:
    for deployment, stage in _stages(config):
        if isinstance(config.network(deployment.set_name, stage.stage_name), CreateNetwork):
            yield _infra(config, stage)


def _studios(config: PlatformConfig) -> Iterator[KeyUse]:
    for deployment, stage in _stages(config):
        if config.studio(deployment.set_name, stage.stage_name):
            yield _infra(config, stage)


def _deliveries(config: PlatformConfig) -> Iterator[Delivery]:
    governance = config.pipeline
    place = governance.account, governance.region
    for deployment in config.enabled_deployments:
        for app in apps_of(config, deployment):
            source, of_set = governance.source_of(app), (config.app_prefix, app)
            pipeline = names.pipeline(*of_set, source.branch_name, deployment.set_name)
            archive = names.archive_bucket(
                *of_set, deployment.set_name, account=place[0], region=place[1]
            )
            yield Delivery(
                account=governance.account,
                region=governance.region,
                stack=names.pipeline_stack(app, deployment.set_name),
                execution_role=governance.bootstrap.toolkit.execution_role(*place),
                roles=config.org.roles,
                topic=names.notices_topic(pipeline),
                archive=archive if source.type is SourceType.S3 else "",
                deployers=tuple(_deployers(deployment, governance.region)),
            )


def _deployers(deployment: Deployment, region: str) -> Iterator[tuple[str, str]]:
    """Of stages in the region of the artifacts: others read copies, under a key of the CDK's."""
    for stage in deployment.enabled_stages:
        if stage.region == region:
            toolkit = stage.bootstrap.toolkit
            yield stage.account, toolkit.deploy_role(stage.account, stage.region)


def _stages(config: PlatformConfig) -> Iterator[tuple[Deployment, Stage]]:
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            yield deployment, stage


def _infra(config: PlatformConfig, stage: Stage) -> KeyUse:
    directory = APP_DIRECTORIES["infra"]
    return KeyUse(
        account=stage.account,
        region=stage.region,
        stack=names.core_stack(stage.stage_name, directory, stage.parameter_namespace),
        execution_role=stage.bootstrap.toolkit.execution_role(stage.account, stage.region),
        roles=config.org.roles,
    )


USES: Final[Mapping[KeyPurpose, Callable[[PlatformConfig], Iterator[KeyUse]]]] = {
    KeyPurpose.STUDIO: _studios,
    KeyPurpose.NETWORK_LOGS: _networks,
    KeyPurpose.DELIVERIES: _deliveries,
}
"""To add a purpose, name here what encrypts for it."""
