"""Where the subnets of a created VPC lie, by arithmetic alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from itertools import takewhile
from typing import Final

from mlops_commons.stage import CreateNetwork, EgressMode

MOST_ZONES: Final = 6
"""As many zones as a region has at most: us-east-1 has six."""


class SubnetGroup(StrEnum):
    """The groups of subnets; each has one subnet in each zone."""

    PRIVATE = "Private"
    PUBLIC = "Public"
    TRANSIT = "Transit"


@dataclass(frozen=True, kw_only=True)
class SubnetRange:
    """The place of one subnet.

    Attributes:
        number: its zone's position, counted from 1.
    """

    group: SubnetGroup
    number: int
    cidr: IPv4Network


def zones_with_room(network: CreateNetwork) -> int:
    """For how many zones a VPC has room, at most `MOST_ZONES`; 0 where not even one fits.

    That many places are reserved in each group of subnets, used or not: the number of zones moves
    no range.
    """
    room = takewhile(lambda zones: _fits(network, zones), range(1, MOST_ZONES + 1))
    return max(room, default=0)


def subnet_ranges(network: CreateNetwork) -> tuple[SubnetRange, ...]:
    """The subnets that a network has, private ones first; none where they do not fit."""
    room = zones_with_room(network)
    if room < network.max_azs:
        return ()
    return tuple(place for place in _places(network, room) if place.number <= network.max_azs)


def masks(network: CreateNetwork) -> dict[SubnetGroup, int]:
    """The groups that a network has, each with the size of its subnets."""
    found = {SubnetGroup.PRIVATE: network.private_subnet_cidr_mask}
    if network.egress is EgressMode.NAT:
        found[SubnetGroup.PUBLIC] = network.public_subnet_cidr_mask
    if network.transit_gateway:
        found[SubnetGroup.TRANSIT] = network.transit_gateway.subnet_cidr_mask
    return found


def _fits(network: CreateNetwork, zones: int) -> bool:
    return len([*_places(network, zones)]) == zones * len(masks(network))


def _places(network: CreateNetwork, zones: int) -> Iterator[SubnetRange]:
    """One group after the other, up to the end of the VPC.

    Each subnet begins at a multiple of its size.
    """
    vpc = IPv4Network(network.vpc_cidr)
    address = int(vpc.network_address)
    for group, mask in masks(network).items():
        size = 2 ** (32 - mask)
        for number in range(1, zones + 1):
            address = -(-address // size) * size
            if address + size > int(vpc.broadcast_address) + 1:
                return
            yield SubnetRange(group=group, number=number, cidr=IPv4Network((address, mask)))
            address += size
