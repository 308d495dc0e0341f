"""Where the subnets of a created VPC lie, by arithmetic alone."""

from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Ranges of a VPC, and the groups of subnets that fill them.

    Attributes:
        key: of the configuration, which names the ranges.
        masks: the size of the subnets of each group.
    """

    key: str
    ranges: tuple[str, ...]
    masks: Mapping[SubnetGroup, int]

    @property
    def room(self) -> int:
        """For how many zones it has room, at most `MOST_ZONES`; 0 where not even one fits."""
        return max(takewhile(self._fits, range(1, MOST_ZONES + 1)), default=0)

    def places(self, zones: int) -> Iterator[SubnetRange]:
        """One group after the other, up to the end of the last range.

        Each subnet begins at a multiple of its size; what does not fit into the rest of a range
        begins the next one.
        """
        ranges = map(IPv4Network, self.ranges)
        block = next(ranges)
        address = int(block.network_address)
        for group, mask in self.masks.items():
            size = 2 ** (32 - mask)
            for number in range(1, zones + 1):
                address = -(-address // size) * size
                while address + size > int(block.broadcast_address) + 1:
                    following = next(ranges, None)
                    if following is None:
                        return
                    block = following
                    address = -(-int(block.network_address) // size) * size
                yield SubnetRange(group=group, number=number, cidr=IPv4Network((address, mask)))
                address += size

    def _fits(self, zones: int) -> bool:
        return len([*self.places(zones)]) == zones * len(self.masks)


def pools(network: CreateNetwork) -> tuple[Pool, ...]:
    """Where which subnets lie: private ones in the secondary ranges, if there are any."""
    groups = masks(network)
    if not network.secondary_cidrs:
        return (Pool(key="vpc_cidr", ranges=(network.vpc_cidr,), masks=groups),)
    private = {SubnetGroup.PRIVATE: groups.pop(SubnetGroup.PRIVATE)}
    return (
        Pool(key="secondary_cidrs", ranges=network.secondary_cidrs, masks=private),
        Pool(key="vpc_cidr", ranges=(network.vpc_cidr,), masks=groups),
    )


def zones_with_room(network: CreateNetwork) -> int:
    """For how many zones a VPC has room, at most `MOST_ZONES`; 0 where not even one fits."""
    return min(pool.room for pool in pools(network))


def subnet_ranges(network: CreateNetwork) -> tuple[SubnetRange, ...]:
    """The subnets that a network has, private ones first; none where they do not fit.

    A place is reserved in each group for every zone that has room, used or not: the number of
    zones moves no range, and neither does a further range.
    """
    if zones_with_room(network) < network.max_azs:
        return ()
    return tuple(
        place
        for pool in pools(network)
        for place in pool.places(pool.room)
        if place.number <= network.max_azs
    )


def masks(network: CreateNetwork) -> dict[SubnetGroup, int]:
    """The groups that a network has, each with the size of its subnets."""
    found = {SubnetGroup.PRIVATE: network.private_subnet_cidr_mask}
    if network.egress is EgressMode.NAT:
        found[SubnetGroup.PUBLIC] = network.public_subnet_cidr_mask
    if network.transit_gateway:
        found[SubnetGroup.TRANSIT] = network.transit_gateway.subnet_cidr_mask
    return found
