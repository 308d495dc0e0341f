"""The network of a stage, made or imported."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Final

from mlops_commons.vpc_endpoints import (
    VPC_ENDPOINTS,
    EndpointKind,
    VpcEndpoint,
    selected_endpoints,
    switched_on_endpoints,
)

EVERYWHERE: Final = "0.0.0.0/0"


ZONE_ID: Final = re.compile("[a-z]+[0-9]-az[0-9]+")


def is_zone_id(zone: str) -> bool:
    """Whether a zone is named by its id, such as `euw1-az1`.

    Source: AWS Regions and Availability Zones, "AZ IDs"; those of Local Zones have a place in them.
    """
    return ZONE_ID.fullmatch(zone) is not None


class EgressMode(StrEnum):
    """How private subnets reach what is outside the VPC."""

    NAT = "nat"
    ENDPOINTS_ONLY = "endpoints-only"
    INSPECTION = "inspection"


ALONE: Final = (EgressMode.NAT, EgressMode.ENDPOINTS_ONLY)
"""What needs nothing of the organization."""


class DnsFirewall(StrEnum):
    """What happens to questions for names that are not allowed, in a created network."""

    BY_EGRESS = "by-egress"
    OFF = "off"
    ALERT = "alert"
    BLOCK = "block"


@dataclass(frozen=True, kw_only=True)
class EndpointRules:
    """What endpoint policies let pass besides the set's own principals and resources.

    Attributes:
        trusted_accounts: accounts outside the set whose buckets and packages workloads may use.
        trusted_organization: an organization of which the same holds, or empty.
        custom_resources: whether functions inside the VPC may answer CloudFormation.
        package_publishing: whether workloads may publish packages to CodeArtifact.
    """

    trusted_accounts: tuple[str, ...] = ()
    trusted_organization: str = ""
    custom_resources: bool = False
    package_publishing: bool = False

    @property
    def endpoint_rules(self) -> "EndpointRules":
        """These alone, which can be compared and hashed."""
        return EndpointRules(**{own.name: getattr(self, own.name) for own in fields(EndpointRules)})


@dataclass(frozen=True, kw_only=True)
class TransitGateway:
    """The organization's transit gateway, which is shared with the account.

    Attributes:
        routes: ranges that are reached through it, besides everything with egress `inspection`.
        subnet_cidr_mask: size of the subnet of the attachment in each zone.
        private_nat_gateways: how many translate addresses of secondary ranges on their way to it;
            0 where the organization routes these ranges.
    """

    id: str
    routes: tuple[str, ...] = ()
    subnet_cidr_mask: int = 28
    private_nat_gateways: int = 1


@dataclass(frozen=True, kw_only=True)
class CentralEndpoints:
    """The organization's interface endpoints, in a VPC of its own, and who answers their names.

    Attributes:
        route53_profile_id: of a Profile of Route 53 that is shared with the account.
        endpoints: keys of those that are central, whatever the stage switches; empty for every
            interface endpoint that it uses. Gateways serve their own VPC alone.
    """

    route53_profile_id: str
    endpoints: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CreateNetwork(EndpointRules):
    """A VPC to create.

    Attributes:
        secondary_cidrs: further ranges, in which the private subnets lie; empty puts all subnets
            into `vpc_cidr`.
        availability_zones: names of zones, or their ids, which mean the same zone in each account;
            empty takes the first `max_azs` of the region.
        endpoint_azs: in how many of the zones interface endpoints have an address; each is paid by
            the hour, and the other zones reach them too.
        endpoints: switches by endpoint key; a key that is absent follows the row's scope.
        dns_firewall: by egress, `endpoints-only` blocks and `nat` has no firewall.
        dns_allowed_domains: names besides AWS's, `*.` in front for all below one.
        transit_gateway: to which the VPC is attached; none for a VPC by itself.
        resolver_rule_ids: rules of Route 53 Resolver that hold in the VPC.
        central_endpoints: those that the organization has; none where the VPC has all of its own.
    """

    vpc_cidr: str = "10.0.0.0/16"
    secondary_cidrs: tuple[str, ...] = ()
    max_azs: int = 3
    endpoint_azs: int = 2
    private_subnet_cidr_mask: int = 24
    public_subnet_cidr_mask: int = 26
    enable_dns_hostnames: bool = True
    enable_dns_support: bool = True
    nat_gateways: int = 1
    egress: EgressMode = EgressMode.NAT
    availability_zones: tuple[str, ...] = ()
    endpoints: Mapping[str, bool] = field(default_factory=dict)
    dns_firewall: DnsFirewall = DnsFirewall.BY_EGRESS
    dns_allowed_domains: tuple[str, ...] = ()
    transit_gateway: TransitGateway | None = None
    resolver_rule_ids: tuple[str, ...] = ()
    central_endpoints: CentralEndpoints | None = None

    @property
    def cidrs(self) -> tuple[str, ...]:
        """All of its ranges."""
        return (self.vpc_cidr, *self.secondary_cidrs)

    @property
    def has_zone_ids(self) -> bool:
        """Whether its zones are named by their ids."""
        return any(map(is_zone_id, self.availability_zones))

    def used_endpoints(self, *, studio: bool) -> tuple[VpcEndpoint, ...]:
        """Those of the VPC and central ones; Studio widens the set."""
        return selected_endpoints(self.endpoints, studio=studio)

    def shared_endpoints(self, *, studio: bool) -> tuple[VpcEndpoint, ...]:
        """Central ones, which the VPC does not have."""
        central, used = self.central_endpoints, self.used_endpoints(studio=studio)
        if central is None:
            return ()
        named = [row for row in VPC_ENDPOINTS if row.key in central.endpoints]
        return tuple(named or (row for row in used if row.kind is EndpointKind.INTERFACE))

    def own_endpoints(self, *, studio: bool) -> tuple[VpcEndpoint, ...]:
        """Those of the VPC itself."""
        shared = self.shared_endpoints(studio=studio)
        return tuple(row for row in self.used_endpoints(studio=studio) if row not in shared)

    @property
    def transit_routes(self) -> tuple[str, ...]:
        """The ranges that private subnets reach through the transit gateway."""
        everything = (EVERYWHERE,) if self.egress is EgressMode.INSPECTION else ()
        return (*everything, *self.transit_gateway.routes) if self.transit_gateway else ()

    @property
    def private_nat_gateways(self) -> int:
        """How many translate what private subnets send to the transit gateway."""
        if self.transit_gateway and self.transit_routes and self.secondary_cidrs:
            return self.transit_gateway.private_nat_gateways
        return 0

    @property
    def routable_cidrs(self) -> tuple[str, ...]:
        """The ranges that others may know, which is why no two networks share them."""
        gateway = self.transit_gateway
        routed = gateway is not None and gateway.private_nat_gateways == 0
        return self.cidrs if routed else (self.vpc_cidr,)

    @property
    def dns_rules(self) -> DnsFirewall:
        """What the firewall does, with `by-egress` decided."""
        if self.dns_firewall is not DnsFirewall.BY_EGRESS:
            return self.dns_firewall
        closed = self.egress is EgressMode.ENDPOINTS_ONLY
        return DnsFirewall.BLOCK if closed else DnsFirewall.OFF


@dataclass(frozen=True, kw_only=True)
class ImportNetwork(EndpointRules):
    """A VPC that exists, by its attributes: nothing is looked up.

    Attributes:
        vpc_cidr: needed only when `endpoints` has interface endpoints.
        secondary_cidrs: further ranges of the VPC, whose subnets reach interface endpoints too.
        endpoint_subnets: where interface endpoints have their addresses; empty for `subnets`.
        route_table_ids: needed only when `endpoints` has the S3 gateway endpoint.
        endpoints: switches by endpoint key; only those that are true are created.
    """

    vpc_id: str
    subnets: tuple[str, ...]
    base_security_group: str
    vpc_cidr: str = ""
    secondary_cidrs: tuple[str, ...] = ()
    endpoint_subnets: tuple[str, ...] = ()
    route_table_ids: tuple[str, ...] = ()
    endpoints: Mapping[str, bool] = field(default_factory=dict)

    def used_endpoints(self, *, studio: bool) -> tuple[VpcEndpoint, ...]:
        """Those that are switched on, with Studio and without."""
        return switched_on_endpoints(self.endpoints)

    own_endpoints = used_endpoints

    @property
    def cidrs(self) -> tuple[str, ...]:
        """All of its ranges that are known."""
        return tuple(filter(None, (self.vpc_cidr, *self.secondary_cidrs)))

    @property
    def subnets_of_endpoints(self) -> tuple[str, ...]:
        """Where interface endpoints have their addresses."""
        return self.endpoint_subnets or self.subnets


Network = CreateNetwork | ImportNetwork
