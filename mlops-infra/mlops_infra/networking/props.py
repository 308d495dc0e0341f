"""What a network can be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Egress(StrEnum):
    """How the private subnets reach what is outside the VPC."""

    NAT = "nat"
    ENDPOINTS_ONLY = "endpoints-only"


@dataclass(frozen=True, kw_only=True)
class CreateNetworkProps:
    """A VPC to create.

    Attributes:
        availability_zones: zone names; empty takes the first `max_azs` of the region.
        endpoints: switches by endpoint key; a key that is absent follows the row's scope.
    """

    vpc_cidr: str = "10.0.0.0/16"
    max_azs: int = 3
    availability_zones: tuple[str, ...] = ()
    private_subnet_cidr_mask: int = 24
    public_subnet_cidr_mask: int = 26
    enable_dns_hostnames: bool = True
    enable_dns_support: bool = True
    nat_gateways: int = 1
    egress: Egress = Egress.NAT
    endpoints: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImportNetworkProps:
    """A VPC that exists, by its attributes: nothing is looked up.

    Attributes:
        vpc_cidr: needed only when `endpoints` asks for interface endpoints.
        route_table_ids: needed only when `endpoints` asks for the S3 gateway endpoint.
        endpoints: switches by endpoint key; only those that are true are created.
    """

    vpc_id: str
    subnets: tuple[str, ...]
    base_security_group: str
    vpc_cidr: str = ""
    route_table_ids: tuple[str, ...] = ()
    endpoints: Mapping[str, bool] = field(default_factory=dict)


NetworkProps = CreateNetworkProps | ImportNetworkProps
