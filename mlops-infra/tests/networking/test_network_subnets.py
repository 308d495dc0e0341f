"""The layout of subnets is arithmetic, so it is tested without the CDK."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_infra.networking.props import CreateNetworkProps, Egress
from mlops_infra.networking.subnets import SubnetKind, subnet_layout

pytestmark = pytest.mark.pure


def test_the_default_layout_is_that_of_the_reference_system() -> None:
    assert [(subnet.logical_id, str(subnet.cidr)) for subnet in subnet_layout(_props())] == [
        ("PrivateSubnet1", "10.0.0.0/24"),
        ("PrivateSubnet2", "10.0.1.0/24"),
        ("PrivateSubnet3", "10.0.2.0/24"),
        ("PublicSubnet1", "10.0.3.0/26"),
        ("PublicSubnet2", "10.0.3.64/26"),
        ("PublicSubnet3", "10.0.3.128/26"),
    ]


def test_a_larger_public_subnet_begins_at_a_multiple_of_its_size() -> None:
    layout = subnet_layout(_props(private_subnet_cidr_mask=26, public_subnet_cidr_mask=24))
    assert str(layout[3].cidr) == "10.0.1.0/24"


def test_endpoints_only_has_no_public_subnets() -> None:
    layout = subnet_layout(_props(egress=Egress.ENDPOINTS_ONLY))
    assert {subnet.kind for subnet in layout} == {SubnetKind.PRIVATE}


def test_configured_zones_decide_number_and_place_of_subnets() -> None:
    layout = subnet_layout(_props(availability_zones=("eu-west-1a", "eu-west-1c")))
    assert [subnet.availability_zone for subnet in layout] == ["eu-west-1a", "eu-west-1c"] * 2


def test_without_configured_zones_cloudformation_picks_the_first_ones() -> None:
    layout = subnet_layout(_props(max_azs=2))
    assert [subnet.availability_zone for subnet in layout[:2]] == [
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Select": [1, {"Fn::GetAZs": ""}]},
    ]


def test_subnets_that_do_not_fit_are_named() -> None:
    with pytest.raises(ValueError, match=r"Public subnet 1 \(10\.0\.3\.0/26\) does not fit"):
        subnet_layout(_props(vpc_cidr="10.0.2.0/24", max_azs=1))


@given(
    base=st.integers(0, 2**16 - 1),
    mask=st.integers(16, 20),
    zones=st.integers(1, 4),
    private=st.integers(23, 28),
    public=st.integers(23, 28),
)
def test_subnets_lie_inside_the_vpc_and_never_overlap(
    base: int, mask: int, zones: int, private: int, public: int
) -> None:
    vpc = IPv4Network((base << 16, mask))
    layout = subnet_layout(
        _props(
            vpc_cidr=str(vpc),
            max_azs=zones,
            private_subnet_cidr_mask=private,
            public_subnet_cidr_mask=public,
        )
    )
    cidrs = [subnet.cidr for subnet in layout]
    assert all(cidr.subnet_of(vpc) for cidr in cidrs)
    assert not any(a.overlaps(b) for i, a in enumerate(cidrs) for b in cidrs[i + 1 :])


def _props(**changes: object) -> CreateNetworkProps:
    return CreateNetworkProps(**changes)  # type: ignore[arg-type]
