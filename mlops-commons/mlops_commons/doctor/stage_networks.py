"""The network of each stage of an account and region, with the endpoints that are made in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import PlatformConfig
from mlops_commons.stage import Network
from mlops_commons.vpc_endpoints import EndpointKind, VpcEndpoint


@dataclass(frozen=True)
class StageNetwork:
    """The network of one stage, and the interface endpoints that are made in it."""

    stage: str
    network: Network
    rows: tuple[VpcEndpoint, ...]


def stage_networks(row: BootstrapRow, config: PlatformConfig) -> Iterator[StageNetwork]:
    """The networks of the enabled stages there, in the configuration's order."""
    for deployment in config.enabled_deployments:
        for stage in deployment.enabled_stages:
            if (stage.account, stage.region) != (row.account, row.region):
                continue
            names = (deployment.set_name, stage.stage_name)
            network = config.network(*names)
            used = network.own_endpoints(studio=config.studio(*names) is not None)
            interfaces = tuple(each for each in used if each.kind is EndpointKind.INTERFACE)
            yield StageNetwork("/".join(names), network, interfaces)
