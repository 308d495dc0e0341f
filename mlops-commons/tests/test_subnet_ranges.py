"""The ranges of subnets are arithmetic, so they are tested without the CDK."""

from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_commons.stage import CreateNetwork, EgressMode, TransitGateway
from mlops_commons.subnet_ranges import (
    MOST_ZONES,
    SubnetGroup,
    pools,
    subnet_ranges,
    zones_with_room,
)

pytestmark = pytest.mark.pure

networks = st.builds(
    lambda base, mask, zones, private, public, egress, gateway: CreateNetwork(
        vpc_cidr=str(IPv4Network((base << 16, mask))),
        max_azs=zones,
        private_subnet_cidr_mask=private,
        public_subnet_cidr_mask=public,
        egress=egress,
        transit_gateway=gateway,
    ),
    st.integers(0, 2**16 - 1),
    st.integers(16, 24),
    st.integers(1, MOST_ZONES),
    st.integers(16, 28),
    st.integers(16, 28),
    st.sampled_from(EgressMode),
    st.sampled_from([None, TransitGateway(id="tgw-01234567")]),
)


def test_the_shipped_network_leaves_room_for_six_zones() -> None:
    places = subnet_ranges(CreateNetwork())
    assert [(place.group, place.number, str(place.cidr)) for place in places] == [
        ("Private", 1, "10.0.0.0/24"),
        ("Private", 2, "10.0.1.0/24"),
        ("Private", 3, "10.0.2.0/24"),
        ("Public", 1, "10.0.6.0/26"),
        ("Public", 2, "10.0.6.64/26"),
        ("Public", 3, "10.0.6.128/26"),
    ]


def _private(network: CreateNetwork) -> list[str]:
    return [str(p.cidr) for p in subnet_ranges(network) if p.group is SubnetGroup.PRIVATE]


def test_secondary_ranges_take_the_private_subnets_and_leave_the_primary_to_others() -> None:
    small = CreateNetwork(
        vpc_cidr="10.1.0.0/26",
        secondary_cidrs=("100.64.0.0/16",),
        private_subnet_cidr_mask=18,
        public_subnet_cidr_mask=28,
    )
    assert [(place.group, place.number, str(place.cidr)) for place in subnet_ranges(small)] == [
        ("Private", 1, "100.64.0.0/18"),
        ("Private", 2, "100.64.64.0/18"),
        ("Private", 3, "100.64.128.0/18"),
        ("Public", 1, "10.1.0.0/28"),
        ("Public", 2, "10.1.0.16/28"),
        ("Public", 3, "10.1.0.32/28"),
    ]
    assert zones_with_room(small) == 4
    assert [pool.key for pool in pools(small)] == ["secondary_cidrs", "vpc_cidr"]


def test_what_does_not_fit_into_the_rest_of_a_range_begins_the_next_one() -> None:
    network = CreateNetwork(
        secondary_cidrs=("100.64.0.0/23", "100.65.0.0/28", "100.66.0.0/24"), max_azs=3
    )
    assert _private(network) == ["100.64.0.0/24", "100.64.1.0/24", "100.66.0.0/24"]
    assert zones_with_room(network) == 3


@given(networks, st.lists(st.integers(0, 63), min_size=1, max_size=4, unique=True))
def test_a_further_secondary_range_moves_nothing(network: CreateNetwork, blocks: list[int]) -> None:
    ranges = tuple(f"100.{64 + block}.0.0/16" for block in blocks)
    before, after = (
        subnet_ranges(replace(network, secondary_cidrs=cidrs)) for cidrs in (ranges[:-1], ranges)
    )
    if len(ranges) > 1 and before:
        assert after == before


def test_a_small_vpc_is_filled_to_the_last_zone_that_fits() -> None:
    small = CreateNetwork(vpc_cidr="10.0.0.0/22", max_azs=3)
    assert zones_with_room(small) == 3
    assert str(subnet_ranges(small)[-1].cidr) == "10.0.3.128/26"
    assert subnet_ranges(replace(small, max_azs=4)) == ()


@pytest.mark.parametrize(
    ("vpc", "mask", "zones"),
    [("10.0.0.0/16", 16, 1), ("10.0.0.0/24", 23, 0), ("10.0.0.0/24", 28, 6)],
)
def test_private_subnets_alone_may_fill_the_vpc(vpc: str, mask: int, zones: int) -> None:
    network = CreateNetwork(
        vpc_cidr=vpc, private_subnet_cidr_mask=mask, egress=EgressMode.ENDPOINTS_ONLY
    )
    assert zones_with_room(network) == zones


@given(networks)
def test_subnets_lie_inside_the_vpc_and_never_overlap(network: CreateNetwork) -> None:
    vpc = IPv4Network(network.vpc_cidr)
    cidrs = [place.cidr for place in subnet_ranges(network)]
    assert all(cidr.subnet_of(vpc) for cidr in cidrs)
    assert not any(a.overlaps(b) for i, a in enumerate(cidrs) for b in cidrs[i + 1 :])


@given(networks, st.integers(1, MOST_ZONES))
def test_the_number_of_zones_moves_no_range(network: CreateNetwork, zones: int) -> None:
    other = replace(network, max_azs=zones)
    before, after = subnet_ranges(network), subnet_ranges(other)
    if before and after:
        assert set(before) <= set(after) or set(after) <= set(before)


@given(networks)
def test_a_way_out_moves_no_private_range(network: CreateNetwork) -> None:
    closed = replace(network, egress=EgressMode.ENDPOINTS_ONLY, transit_gateway=None)
    private = [place for place in subnet_ranges(network) if place.group is SubnetGroup.PRIVATE]
    assert not private or private == [*subnet_ranges(closed)]


def test_a_transit_gateway_moves_nothing_where_there_is_room() -> None:
    alone = CreateNetwork(vpc_cidr="10.60.0.0/20")
    attached = replace(alone, transit_gateway=TransitGateway(id="tgw-01234567"))
    before, after = subnet_ranges(alone), subnet_ranges(attached)
    assert after[: len(before)] == before
    assert [str(place.cidr) for place in after[len(before) :]] == [
        "10.60.7.128/28",
        "10.60.7.144/28",
        "10.60.7.160/28",
    ]
