"""Where the subnets of a VPC lie: address ranges and availability zones, without any lookup."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Any

from mlops_infra.networking.props import CreateNetworkProps, Egress


class SubnetKind(StrEnum):
    """The two groups of subnets; the value is the beginning of the logical id."""

    PRIVATE = "Private"
    PUBLIC = "Public"


@dataclass(frozen=True, kw_only=True)
class Subnet:
    """One subnet.

    Attributes:
        number: its zone's position, counted from 1.
        availability_zone: a zone's name, or the intrinsic function that picks one.
    """

    kind: SubnetKind
    number: int
    cidr: IPv4Network
    availability_zone: str | dict[str, Any]

    @property
    def logical_id(self) -> str:
        return f"{self.kind}Subnet{self.number}"


def subnet_layout(props: CreateNetworkProps) -> tuple[Subnet, ...]:
    """Private subnets first, then public ones, one each per zone and next to each other.

    A network without NAT egress has no public subnets.

    Raises:
        ValueError: if they do not fit into the VPC's range.
    """
    groups = [(SubnetKind.PRIVATE, props.private_subnet_cidr_mask)]
    if props.egress is Egress.NAT:
        groups.append((SubnetKind.PUBLIC, props.public_subnet_cidr_mask))
    zones = _availability_zones(props)
    vpc = IPv4Network(props.vpc_cidr)
    subnets = []
    address = int(vpc.network_address)
    for kind, mask in groups:
        size = 2 ** (32 - mask)
        for number, zone in enumerate(zones, start=1):
            # A subnet begins at a multiple of its size.
            address = -(-address // size) * size
            cidr = IPv4Network((address, mask))
            if not cidr.subnet_of(vpc):
                raise ValueError(f"{kind} subnet {number} ({cidr}) does not fit into {vpc}")
            subnets.append(Subnet(kind=kind, number=number, cidr=cidr, availability_zone=zone))
            address += size
    return tuple(subnets)


def _availability_zones(props: CreateNetworkProps) -> list[str | dict[str, Any]]:
    """The configured zones, or the first ones of the region as CloudFormation sees them."""
    if props.availability_zones:
        return [*props.availability_zones]
    return [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in range(props.max_azs)]
