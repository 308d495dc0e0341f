"""From the configuration's words to the props of the constructs."""

from mlops_commons.config import CreateNetwork, Network, Studio
from mlops_infra.networking.props import (
    CreateNetworkProps,
    Egress,
    ImportNetworkProps,
    NetworkProps,
)
from mlops_infra.studio.props import StudioProps, UserProfileProps


def network_props(network: Network) -> NetworkProps:
    """The network of a stage."""
    if isinstance(network, CreateNetwork):
        return CreateNetworkProps(
            vpc_cidr=network.vpc_cidr,
            max_azs=network.max_azs,
            availability_zones=network.availability_zones,
            private_subnet_cidr_mask=network.private_subnet_cidr_mask,
            public_subnet_cidr_mask=network.public_subnet_cidr_mask,
            enable_dns_hostnames=network.enable_dns_hostnames,
            enable_dns_support=network.enable_dns_support,
            nat_gateways=network.nat_gateways,
            egress=Egress(network.egress),
            endpoints=network.endpoints,
        )
    return ImportNetworkProps(
        vpc_id=network.vpc_id,
        subnets=network.subnets,
        base_security_group=network.base_security_group,
        vpc_cidr=network.vpc_cidr,
        route_table_ids=network.route_table_ids,
        endpoints=network.endpoints,
    )


def studio_props(studio: Studio) -> StudioProps:
    """The Studio domain of a stage."""
    return StudioProps(
        domain_name=studio.domain_name,
        user_profiles=tuple(
            UserProfileProps(name=user.profile_name, persona=user.persona) for user in studio.users
        ),
        idle_timeout_minutes=studio.idle_timeout_minutes,
        create_service_catalog_roles=studio.create_service_catalog_roles,
    )
