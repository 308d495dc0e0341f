"""What the networks of a configuration cost, without a synthesis: what a change of it changes.

Endpoints and NAT gateways are nearly all of the fixed cost. A test holds that this says of the
sample what its templates say.
"""

from collections import Counter
from typing import Final

from mlops_commons.config import PlatformConfig
from mlops_commons.costs.fixed import Fixed
from mlops_commons.costs.prices import Prices
from mlops_commons.costs.resources import HOURS
from mlops_commons.stage import CreateNetwork, Network
from mlops_commons.vpc_endpoints import EndpointKind

LEAST: Final = 0.005
"""Dollars: less than half a cent is no difference."""


def network_of(network: Network, *, studio: bool) -> Fixed:
    """What a month of one network takes.

    Args:
        studio: whether the stage has Studio, which widens the default set of endpoints.
    """
    if isinstance(network, CreateNetwork):
        zones, gateways = min(network.endpoint_azs, network.max_azs), network.nat_gateways
        private = network.private_nat_gateways
        attachments = int(network.transit_gateway is not None)
    else:
        zones, gateways, private, attachments = len(network.subnets_of_endpoints), 0, 0, 0
    rows = network.own_endpoints(studio=studio)
    interfaces = sum(row.kind is EndpointKind.INTERFACE for row in rows)
    quantities = {
        "endpoint_hour": interfaces * zones * HOURS,
        "nat_hour": (gateways + private) * HOURS,
        "ipv4_hour": gateways * HOURS,
        "transit_gateway_hour": attachments * HOURS,
    }
    return Fixed(quantities=+Counter(quantities))


def networks_of(config: PlatformConfig, set_name: str = "") -> Fixed:
    """What a month of the networks of a set takes; of all sets without a name."""
    total = Fixed()
    for deployment in config.enabled_deployments:
        if set_name and deployment.set_name.lower() != set_name.lower():
            continue
        for stage in deployment.enabled_stages:
            names = (deployment.set_name, stage.stage_name)
            studio = config.studio(*names) is not None
            total += network_of(config.network(*names), studio=studio)
    return total


def difference(
    wanted: PlatformConfig, published: PlatformConfig | None, set_name: str, prices: Prices
) -> str:
    """One line on what a publication changes in the cost of networks; empty for nothing."""
    if published is None:
        return ""
    after, before = (networks_of(c, set_name).usd(prices) for c in (wanted, published))
    if abs(after - before) < LEAST:
        return ""
    word = "more" if after > before else "less"
    return (
        f"the networks of {set_name} will cost ${abs(after - before):,.2f} a month {word} than "
        f"those published: ${after:,.2f} instead of ${before:,.2f}"
    )
