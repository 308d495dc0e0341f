"""Checks of networks: what fits into what, and what needs what."""

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from mlops_commons.config.document import KeyPath
from mlops_commons.config.infra_model import CreateNetworkFile
from mlops_commons.config.sources import Sources
from mlops_commons.stage import (
    EVERYWHERE,
    CreateNetwork,
    EgressMode,
    ImportNetwork,
    TransitGateway,
)
from mlops_commons.subnet_ranges import pools
from mlops_commons.utilities.errors import Problem
from mlops_commons.vpc_endpoints import VPC_ENDPOINTS, EndpointKind

GATEWAYS: Final = frozenset(row.key for row in VPC_ENDPOINTS if row.kind is EndpointKind.GATEWAY)
OPEN_ENDPOINTS: Final = frozenset(row.key for row in VPC_ENDPOINTS if not row.policy)
MLFLOW_ENDPOINT: Final = "sagemaker_mlflow"
RESERVED: Final = ipaddress.IPv4Network("169.254.168.0/22")
"""Amazon VPC User Guide, "Configure route tables": no route to a part of it can be made."""
NOWHERE: Final = {
    ipaddress.IPv4Network(text): what
    for text, what in (
        ("0.0.0.0/8", "means a host's own network"),
        ("127.0.0.0/8", "means a host itself"),
        ("169.254.0.0/16", "is of one link only"),
        ("224.0.0.0/4", "is for multicast, which a route does not lead"),
        ("240.0.0.0/4", "is reserved"),
    )
}
"""RFC 6890, 2.2.2: no router forwards them; of multicast: AWS Transit Gateway Guide, "Multicast on
transit gateways": it has domains of its own."""
RESERVED_ADDRESSES: Final = 5
ADDRESSES_OF_A_JOB: Final = 2
Kind = TypeVar("Kind", CreateNetwork, ImportNetwork)


def subnets_fit(sources: Sources) -> Iterator[Problem]:
    """The subnets of all zones must fit into the VPC's range, private ones first."""
    for path, network in networks(sources, CreateNetwork):
        for pool in pools(network):
            if pool.room >= network.max_azs:
                continue
            groups = " and one ".join(
                f"{group.lower()} subnet /{mask}" for group, mask in pool.masks.items()
            )
            message = (
                f"'{', '.join(pool.ranges)}' has room for {pool.room} zones with one {groups} "
                f"each, but {network.max_azs} are configured; take a larger range, smaller subnets "
                "or fewer zones"
            )
            where = sources.ranges_path(path, pool.key)
            yield sources.infra_document.problem(where, message)


def endpoints_leave_room(sources: Sources) -> Iterator[Problem]:
    """Each interface endpoint has an address in some private subnets, where workloads run too.

    Sources: Amazon VPC User Guide, "Subnet CIDR blocks" (five addresses are reserved); SageMaker
    Developer Guide, "Give SageMaker AI training jobs access to resources in your Amazon VPC" (two
    addresses for each instance of a job).
    """
    found: dict[Problem, None] = {}
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network, studio = sources.config.network(*names), sources.config.studio(*names)
        if not isinstance(network, CreateNetwork):
            continue
        rows = network.own_endpoints(studio=studio is not None)
        endpoints = sum(row.kind is EndpointKind.INTERFACE for row in rows)
        free = 2 ** (32 - network.private_subnet_cidr_mask) - RESERVED_ADDRESSES
        if endpoints + ADDRESSES_OF_A_JOB > free:
            message = (
                f"a private subnet /{network.private_subnet_cidr_mask} has {free} addresses; stage "
                f"'{stage.stage_name}' of set '{deployment.set_name}' has {endpoints} interface "
                f"endpoints, each with one in {network.endpoint_azs} of them, and an instance of a "
                f"job takes {ADDRESSES_OF_A_JOB}: take larger subnets, such as "
                "vpc_private_subnet_cidr_mask: 24, or switch endpoints off"
            )
            key = "vpc_private_subnet_cidr_mask"
            path = sources.ranges_path(sources.network_path(*names), key)
            found[sources.infra_document.problem(path, message)] = None
    yield from found


def gateways_fit(sources: Sources) -> Iterator[Problem]:
    for path, network in networks(sources, CreateNetwork):
        if network.nat_gateways > network.max_azs:
            message = (
                f"{network.nat_gateways} NAT gateways need as many zones, but there are "
                f"{network.max_azs}"
            )
            yield sources.infra_document.problem((*path, "vpc_nat_gateways"), message)
        if network.private_nat_gateways > network.max_azs:
            message = (
                f"{network.private_nat_gateways} private NAT gateways need as many zones, but "
                f"there are {network.max_azs}"
            )
            where = (*path, "transit_gateway", "private_nat_gateways")
            yield sources.infra_document.problem(where, message)
        file = _written(sources, path)
        written = file and "vpc_nat_gateways" in file.model_fields_set and file.vpc_nat_gateways
        if network.egress is not EgressMode.NAT and written:
            message = f"egress '{network.egress}' has no NAT gateway; remove vpc_nat_gateways"
            yield sources.infra_document.problem((*path, "vpc_nat_gateways"), message)


def ways_of_transit_gateways(sources: Sources) -> Iterator[Problem]:
    """A way out that the egress allows, to ranges that are elsewhere.

    Amazon VPC User Guide, "Route tables": a route to a part of the VPC's own range leads to other
    targets only.
    """
    for path, network in networks(sources, CreateNetwork):
        gateway, where = network.transit_gateway, (*path, "transit_gateway")
        if gateway is None:
            if network.egress is EgressMode.INSPECTION:
                message = (
                    f"egress '{network.egress}' sends everything to a transit gateway; name it: "
                    "transit_gateway: {id: tgw-...}"
                )
                yield sources.infra_document.problem((*path, "egress"), message)
            continue
        if network.egress is EgressMode.ENDPOINTS_ONLY:
            message = (
                f"a transit gateway is a way out, and egress is '{network.egress}'; take egress "
                f"'{EgressMode.INSPECTION}', or leave the transit gateway out"
            )
            yield sources.infra_document.problem(where, message)
            continue
        for problem in _of_routes(network, gateway):
            yield sources.infra_document.problem((*where, "routes"), problem)


def ways_to_central_endpoints(sources: Sources) -> Iterator[Problem]:
    """Their names lead to addresses of another VPC, which only the transit gateway reaches."""
    for path, network in networks(sources, CreateNetwork):
        if network.central_endpoints and not network.transit_routes:
            message = (
                "central endpoints are in another VPC, and nothing leads there; name the ranges of "
                "that VPC, transit_gateway: {id: tgw-..., routes: [...]}, or take egress "
                f"'{EgressMode.INSPECTION}'"
            )
            yield sources.infra_document.problem((*path, "central_endpoints"), message)


def resolver_rules_differ(sources: Sources) -> Iterator[Problem]:
    """Route 53 Resolver refuses to associate a rule with a VPC twice."""
    for path, network in networks(sources, CreateNetwork):
        for rule in _doubles(network.resolver_rule_ids):
            message = f"'{rule}' stands there twice"
            yield sources.infra_document.problem((*path, "resolver_rule_ids"), message)


def _doubles(values: Sequence[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if values.count(value) > 1]


def _of_routes(network: CreateNetwork, gateway: TransitGateway) -> Iterator[str]:
    for route in dict.fromkeys(gateway.routes):
        whole = (ipaddress.IPv4Network(cidr) for cidr in network.cidrs)
        own = next((r for r in whole if ipaddress.IPv4Network(route).subnet_of(r)), None)
        if route == EVERYWHERE:
            yield f"'{route}' is everything; take egress '{EgressMode.INSPECTION}' instead"
        elif own:
            yield f"'{route}' lies in the VPC's own range {own}; name ranges that are elsewhere"
        elif ipaddress.IPv4Network(route).subnet_of(RESERVED):
            yield f"'{route}' lies in {RESERVED}, which Amazon EC2 keeps for itself"
        else:
            yield from _to_nowhere(route)
    yield from (f"'{route}' stands there twice" for route in _doubles(gateway.routes))
    together = [*ipaddress.collapse_addresses(map(ipaddress.IPv4Network, gateway.routes))]
    if EVERYWHERE not in gateway.routes and together == [ipaddress.IPv4Network(EVERYWHERE)]:
        parts = ", ".join(f"'{route}'" for route in gateway.routes)
        yield f"{parts} are everything together; take egress '{EgressMode.INSPECTION}' instead"


def _to_nowhere(route: str) -> Iterator[str]:
    for block, what in NOWHERE.items():
        if ipaddress.IPv4Network(route).subnet_of(block):
            yield f"'{route}' lies in {block}, which {what}; name a range of your networks"


def _written(sources: Sources, path: KeyPath) -> CreateNetworkFile | None:
    if "default_create_network" in path:
        return sources.infra.network.default_create_network
    return sources.infra.network.deployments[int(path[3])].stages[int(path[5])].create_network


def endpoints_are_closed(sources: Sources) -> Iterator[Problem]:
    """Without another way out, an endpoint that takes no policy is one, to any account.

    Only a created network says that it has no other way out.
    """
    for path, network in networks(sources, CreateNetwork):
        for key in (key for key, on in network.endpoints.items() if on):
            if key in OPEN_ENDPOINTS and network.egress is EgressMode.ENDPOINTS_ONLY:
                message = (
                    f"endpoint '{key}' takes no policy, so credentials of any account take data "
                    "out through it, and egress is 'endpoints-only'; switch it off, or take "
                    "egress 'nat'"
                )
                yield sources.infra_document.problem((*path, "endpoints", key), message)


def mlflow_is_reached(sources: Sources) -> Iterator[Problem]:
    """Without another way out, runs reach an MLflow App through its endpoint or not at all."""
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network, studio = sources.config.network(*names), sources.config.studio(*names)
        closed = isinstance(network, CreateNetwork) and network.egress is EgressMode.ENDPOINTS_ONLY
        if studio and studio.mlflow and closed and not network.endpoints.get(MLFLOW_ENDPOINT):
            message = (
                f"stage '{stage.stage_name}' of set '{deployment.set_name}' has an MLflow App, "
                f"which egress 'endpoints-only' reaches through endpoint '{MLFLOW_ENDPOINT}' only; "
                f"switch it on: {MLFLOW_ENDPOINT}: true"
            )
            where = (*sources.network_path(*names), "endpoints", MLFLOW_ENDPOINT)
            yield sources.infra_document.problem(where, message)


def import_endpoints(sources: Sources) -> Iterator[Problem]:
    for path, network in networks(sources, ImportNetwork):
        for key in (key for key, on in network.endpoints.items() if on):
            where = (*path, "endpoints", key)
            if key in GATEWAYS and not network.route_table_ids:
                message = f"endpoint '{key}' needs route_table_ids of the private subnets"
                yield sources.infra_document.problem(where, message)
            if key not in GATEWAYS and not network.cidrs:
                message = f"endpoint '{key}' needs vpc_cidr, from which it may be reached"
                yield sources.infra_document.problem(where, message)


def import_route_tables(sources: Sources) -> Iterator[Problem]:
    """A subnet has one route table: one may serve all of them, otherwise each names its own."""
    for path, network in networks(sources, ImportNetwork):
        tables, subnets = len(network.route_table_ids), len(network.subnets)
        if tables not in (0, 1, subnets):
            message = (
                f"{tables} route tables for {subnets} subnets; name one for all, or one for each"
            )
            yield sources.infra_document.problem((*path, "route_table_ids"), message)


def names_need_dns(sources: Sources) -> Iterator[Problem]:
    """Amazon EC2 refuses DNS hostnames without DNS support, and private names without both.

    Source: AWS PrivateLink User Guide, "Manage DNS names for VPC endpoint services"; Amazon VPC
    User Guide, "DNS attributes for your VPC".
    """
    seen = set()
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network, path = sources.config.network(*names), sources.network_path(*names)
        if not isinstance(network, CreateNetwork) or path in seen:
            continue
        seen.add(path)
        if network.enable_dns_hostnames and network.enable_dns_support:
            continue
        studio = sources.config.studio(*names) is not None
        rows = network.used_endpoints(studio=studio)
        private = [row.key for row in rows if row.private_dns]
        key = "vpc_enable_dns_hostnames" if network.enable_dns_support else "vpc_enable_dns_support"
        if private:
            message = (
                f"endpoints with private names need DNS hostnames and DNS support: {private[0]}"
                + (f" and {len(private) - 1} more" if private[1:] else "")
                + "; switch DNS on, or these endpoints off"
            )
            yield sources.infra_document.problem((*path, key), message)
        elif network.enable_dns_hostnames:
            message = "DNS hostnames need DNS support; switch both off or both on"
            yield sources.infra_document.problem((*path, key), message)


def networks(sources: Sources, kind: type[Kind]) -> Iterator[tuple[KeyPath, Kind]]:
    """The networks of delivered stages, each place in the file once."""
    seen = set()
    for _, deployment, stage in sources.stages():
        network = sources.config.network(deployment.set_name, stage.stage_name)
        path = sources.network_path(deployment.set_name, stage.stage_name)
        if isinstance(network, kind) and path not in seen:
            seen.add(path)
            yield path, network
