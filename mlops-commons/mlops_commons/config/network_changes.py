"""Which changes of a network a deployed stage cannot take, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mlops_commons.stage import CreateNetwork, ImportNetwork, Network
from mlops_commons.subnet_ranges import SubnetGroup, SubnetRange, subnet_ranges

REPLACED_VPC: Final = (
    "the VPC would be replaced, with every subnet and endpoint in it; Amazon EC2 cannot change the "
    "range of a VPC"
)
MOVED_BY_RANGES: Final = (
    "private subnets lie in the secondary ranges, and a subnet cannot change its range; append "
    "ranges at the end"
)
STUDIO_STAYS: Final = "the Studio domain of the stage cannot move to another VPC"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a change is refused.

    Attributes:
        key: of the configuration.
        change: from what to what.
        reason: what would happen.
    """

    key: str
    change: str
    reason: str

    def __str__(self) -> str:
        return f"{self.change} on a published stage: {self.reason}"


def refusals(published: Network, wanted: Network, *, studio: bool) -> Iterator[Refusal]:
    """What a deployed stage cannot take, the first reason of each kind.

    A subnet is replaced when its range or zone changes (createOnlyProperties of AWS::EC2::Subnet),
    and CloudFormation makes the new one before it deletes the old one, whose range is still taken.

    Args:
        published: the network that the stage has.
        studio: whether the stage has a Studio domain and keeps it.
    """
    match published, wanted:
        case CreateNetwork(), CreateNetwork():
            yield from _other_place(published, wanted)
        case CreateNetwork(), ImportNetwork():
            yield Refusal(
                key="vpc_id",
                change=f"the created VPC {published.vpc_cidr} becomes {wanted.vpc_id}",
                reason="the created VPC would be deleted, and cannot be while jobs, endpoints or "
                "Studio are in it",
            )
        case ImportNetwork(), CreateNetwork() if studio:
            change = f"{published.vpc_id} becomes a created VPC"
            yield Refusal(key="vpc_cidr", change=change, reason=STUDIO_STAYS)
        case ImportNetwork(), ImportNetwork() if studio and published.vpc_id != wanted.vpc_id:
            change = f"{published.vpc_id} becomes {wanted.vpc_id}"
            yield Refusal(key="vpc_id", change=change, reason=STUDIO_STAYS)


def _other_place(published: CreateNetwork, wanted: CreateNetwork) -> Iterator[Refusal]:
    if published.vpc_cidr != wanted.vpc_cidr:
        change = f"'{published.vpc_cidr}' becomes '{wanted.vpc_cidr}'"
        yield Refusal(key="vpc_cidr", change=change, reason=REPLACED_VPC)
        return
    yield from _fewer_or_other_zones(published, wanted)
    yield from _moved_subnets(published, wanted)


def _fewer_or_other_zones(published: CreateNetwork, wanted: CreateNetwork) -> Iterator[Refusal]:
    named = "availability_zones" if wanted.availability_zones else "vpc_max_azs"
    if wanted.max_azs < published.max_azs:
        yield Refusal(
            key=named,
            change=f"{published.max_azs} zones become {wanted.max_azs}",
            reason="the subnets of the last zones would be deleted, and cannot be while jobs, "
            "endpoints or Studio are in them",
        )
    elif bool(published.availability_zones) != bool(wanted.availability_zones):
        yield Refusal(
            key="availability_zones",
            change="zones by name and the region's first zones take turns",
            reason="only AWS knows whether these are the same; a subnet cannot change its zone",
        )
    else:
        pairs = zip(published.availability_zones, wanted.availability_zones, strict=False)
        for number, (old, new) in enumerate(pairs, start=1):
            if old != new:
                yield Refusal(
                    key="availability_zones",
                    change=f"zone {number}, '{old}', becomes '{new}'",
                    reason="a subnet cannot change its zone; append zones at the end",
                )
                return


def _moved_subnets(published: CreateNetwork, wanted: CreateNetwork) -> Iterator[Refusal]:
    old = {(place.group, place.number): place for place in subnet_ranges(published)}
    for place in subnet_ranges(wanted):
        before = old.get((place.group, place.number))
        taken = next((known for known in old.values() if known.cidr.overlaps(place.cidr)), None)
        if before and before.cidr != place.cidr:
            elsewhere = published.secondary_cidrs != wanted.secondary_cidrs
            by_ranges = place.group is SubnetGroup.PRIVATE and elsewhere
            yield Refusal(
                key="secondary_cidrs" if by_ranges else _mask_key(place),
                change=f"{_named(before)} becomes {place.cidr}",
                reason=MOVED_BY_RANGES if by_ranges else "a subnet cannot change its range",
            )
            return
        if not before and taken:
            yield Refusal(
                key=_mask_key(place),
                change=f"{_named(place)} is added",
                reason=f"{_named(taken)} is there",
            )
            return


def _named(place: SubnetRange) -> str:
    return f"{place.group.lower()} subnet {place.number}, {place.cidr},"


def _mask_key(place: SubnetRange) -> str:
    if place.group is SubnetGroup.TRANSIT:
        return "transit_gateway"
    return f"vpc_{place.group.lower()}_subnet_cidr_mask"
