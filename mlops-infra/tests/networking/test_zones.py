"""The zones of a network: ranges that stay where they are, and places without a lookup."""

from dataclasses import replace
from typing import Any

import pytest

from mlops_commons.stage import CreateNetwork, EgressMode, TransitGateway
from mlops_commons.subnet_ranges import subnet_ranges

pytestmark = pytest.mark.construct

STAYS = ("CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "VpcId", "SubnetId", "AllocationId")
"""What replaces a subnet, a VPC or a NAT gateway where it changes (createOnlyProperties of the
registry schemas)."""
REPLACED = ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::NatGateway", "AWS::EC2::RouteTable")
BASE = CreateNetwork(max_azs=2)


def physical(network: Any) -> dict[str, dict[str, Any]]:
    """What decides whether a resource is replaced, by logical id."""
    return {
        logical_id: {key: properties[key] for key in STAYS if key in properties}
        for kind in REPLACED
        for logical_id, properties in network.resources(kind).items()
    }


@pytest.mark.parametrize(
    "change",
    [
        {"max_azs": 3},
        {"max_azs": 6},
        {"nat_gateways": 2},
        {"enable_dns_hostnames": False},
        {"endpoints": {"kms": False}},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "base",
    [
        BASE,
        replace(BASE, vpc_cidr="10.3.0.0/20", private_subnet_cidr_mask=25),
        replace(BASE, egress=EgressMode.ENDPOINTS_ONLY),
    ],
    ids=["shipped", "smaller", "endpoints only"],
)
def test_a_change_on_a_deployed_stage_replaces_nothing(synthesise, base, change) -> None:
    before = physical(synthesise(base, studio=False))
    after = physical(synthesise(replace(base, **change), studio=False))
    assert {key: after.get(key) for key in before} == before
    assert len(after) >= len(before)
    if change.get("max_azs"):
        assert len(after) > len(before)


@pytest.mark.parametrize("egress", list(EgressMode))
def test_a_stage_that_gets_or_loses_its_way_out_keeps_its_private_subnets(
    synthesise, egress
) -> None:
    networks = [
        synthesise(replace(BASE, egress=mode), studio=False)
        for mode in (egress, *(mode for mode in EgressMode if mode is not egress))
    ]
    private = [
        {key: (subnet["CidrBlock"], subnet["AvailabilityZone"]) for key, subnet in subnets.items()}
        for subnets in (network.subnets("Private") for network in networks)
    ]
    assert private[0] == private[1]
    assert len(private[0]) == 2


@pytest.mark.parametrize(
    "props",
    [
        CreateNetwork(),
        CreateNetwork(max_azs=1, vpc_cidr="10.0.4.0/22"),
        CreateNetwork(private_subnet_cidr_mask=28, public_subnet_cidr_mask=20),
        CreateNetwork(egress=EgressMode.ENDPOINTS_ONLY, vpc_cidr="10.9.0.0/22", max_azs=4),
    ],
    ids=["shipped", "four small groups", "large public subnets", "full"],
)
def test_the_template_has_the_ranges_that_the_configuration_is_checked_by(
    synthesise, props
) -> None:
    network = synthesise(props, studio=False)
    found = [
        (group, subnet["CidrBlock"])
        for group in ("Private", "Public")
        for subnet in network.subnets(group).values()
    ]
    assert found == [(str(place.group), str(place.cidr)) for place in subnet_ranges(props)]


def test_subnets_that_do_not_fit_are_refused(synthesise) -> None:
    with pytest.raises(ValueError, match=r"10\.0\.2\.0/24 has room for the subnets of 0 zones"):
        synthesise(CreateNetwork(vpc_cidr="10.0.2.0/24", max_azs=1), studio=False)


def test_configured_zones_decide_number_and_place_of_subnets(synthesise) -> None:
    zones = ("eu-west-1a", "eu-west-1c")
    network = synthesise(CreateNetwork(availability_zones=zones, max_azs=2), studio=False)
    for group in ("Private", "Public"):
        found = [subnet["AvailabilityZone"] for subnet in network.subnets(group).values()]
        assert found == [*zones]
    assert network.missing_context == []


def test_zones_by_id_are_named_by_id_in_each_subnet(synthesise) -> None:
    zones = ("euw1-az1", "euw1-az3")
    gateway = TransitGateway(id="tgw-0123456789abcdef0")
    props = CreateNetwork(availability_zones=zones, max_azs=2, transit_gateway=gateway)
    network = synthesise(props, studio=False)
    for group in ("Private", "Public", "Transit"):
        subnets = network.subnets(group).values()
        assert [subnet["AvailabilityZoneId"] for subnet in subnets] == [*zones]
        assert not [subnet for subnet in subnets if "AvailabilityZone" in subnet]
    assert network.missing_context == []


def test_without_configured_zones_cloudformation_picks_the_first_ones(synthesise) -> None:
    network = synthesise(BASE, studio=False)
    assert [subnet["AvailabilityZone"] for subnet in network.subnets("Private").values()] == [
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::Select": [1, {"Fn::GetAZs": ""}]},
    ]
