"""Private subnets in secondary ranges, and the ways that lead out of them."""

from typing import Any

import pytest

from mlops_commons.stage import CreateNetwork

pytestmark = pytest.mark.construct

FIRST, SECOND = "100.64.0.0/20", "100.65.0.0/20"
TRANSLATED = ("secondary ranges and inspection", "secondary ranges, nat and a transit gateway")
EVERY = ("secondary ranges", "secondary ranges that are routed", *TRANSLATED)
COMPANY = ["10.0.0.0/8", "172.16.0.0/12"]
EVERYTHING = "0.0.0.0/0"
PRIVATE_NAT = {"ConnectivityType": "private"}


def ways(network: Any, group: str) -> list[dict[str, dict[str, Any]]]:
    """The routes of each table of a group of subnets, by destination."""
    routes = network.resources("AWS::EC2::Route").values()
    return [
        {r["DestinationCidrBlock"]: r for r in routes if r["RouteTableId"]["Ref"] == table}
        for table in network.route_tables(group)
    ]


def private_gateways(network: Any) -> dict[str, dict[str, Any]]:
    return {
        key: gateway
        for key, gateway in network.resources("AWS::EC2::NatGateway").items()
        if gateway.items() >= PRIVATE_NAT.items()
    }


@pytest.mark.parametrize("name", EVERY)
def test_private_subnets_fill_one_secondary_range_after_the_other(variant, name) -> None:
    network = variant(name)
    blocks = [subnet["CidrBlock"] for subnet in network.subnets("Private").values()]
    assert blocks == ["100.64.0.0/21", "100.64.8.0/21", "100.65.0.0/21"]
    assert [r["CidrBlock"] for r in network.resources("AWS::EC2::VPCCidrBlock").values()] == [
        FIRST,
        SECOND,
    ]


@pytest.mark.parametrize("name", EVERY)
def test_a_private_subnet_waits_for_its_range_alone(variant, name) -> None:
    network = variant(name)
    first, second = network.resources("AWS::EC2::VPCCidrBlock")
    waits = [network.template["Resources"][key]["DependsOn"] for key in network.subnets("Private")]
    assert waits == [[first], [first], [second]]


@pytest.mark.parametrize("name", EVERY)
def test_other_subnets_stay_in_the_primary_range(variant, name) -> None:
    network = variant(name)
    others = [*network.subnets("Public").values(), *network.subnets("Transit").values()]
    assert others
    assert all(subnet["CidrBlock"].startswith("10.1.0.") for subnet in others)


@pytest.mark.parametrize("name", EVERY)
def test_interface_endpoints_answer_every_range(variant, name) -> None:
    _, group = variant(name).described("Interface endpoints of this stage")
    assert [rule["CidrIp"] for rule in group["SecurityGroupIngress"]] == [
        "10.1.0.0/24",
        FIRST,
        SECOND,
    ]


def test_the_order_of_ranges_has_no_part_in_their_names(variant, synthesise) -> None:
    other = synthesise(
        CreateNetwork(secondary_cidrs=(SECOND, FIRST), private_subnet_cidr_mask=21), studio=False
    )
    named = [
        {key: row["CidrBlock"] for key, row in network.resources("AWS::EC2::VPCCidrBlock").items()}
        for network in (variant("secondary ranges"), other)
    ]
    assert named[0] == named[1]


@pytest.mark.parametrize(
    ("name", "number", "destinations"),
    [
        ("secondary ranges and inspection", 1, [EVERYTHING, *COMPANY]),
        ("secondary ranges, nat and a transit gateway", 1, COMPANY),
    ],
)
def test_what_goes_to_the_company_is_translated(variant, name, number, destinations) -> None:
    network = variant(name)
    gateways = private_gateways(network)
    assert len(gateways) == number
    assert all("AllocationId" not in gateway for gateway in gateways.values())
    for table in ways(network, "Private"):
        assert all("TransitGatewayId" not in route for route in table.values())
        assert all(table[where]["NatGatewayId"]["Ref"] in gateways for where in destinations)
    onward, *unused = ways(network, "Transit")
    assert sorted(onward) == sorted(destinations)
    assert all("TransitGatewayId" in route for route in onward.values())
    assert not any(unused)


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_private_gateway_is_in_a_transit_subnet_and_waits_for_its_routes(variant, name) -> None:
    network = variant(name)
    for key, gateway in private_gateways(network).items():
        assert gateway["SubnetId"]["Ref"] in network.subnets("Transit")
        waits = set(network.template["Resources"][key]["DependsOn"])
        routes = network.resources("AWS::EC2::Route").items()
        onward = {name for name, route in routes if "TransitGatewayId" in route}
        assert waits > onward


def test_the_internet_is_reached_through_public_gateways(variant) -> None:
    network = variant("secondary ranges, nat and a transit gateway")
    public = set(network.resources("AWS::EC2::NatGateway")) - set(private_gateways(network))
    assert len(public) == 2
    used = [table[EVERYTHING]["NatGatewayId"]["Ref"] for table in ways(network, "Private")]
    assert set(used) == public


def test_ranges_that_the_company_routes_are_not_translated(variant) -> None:
    network = variant("secondary ranges that are routed")
    assert not private_gateways(network)
    for table in ways(network, "Private"):
        assert all("TransitGatewayId" in table[where] for where in COMPANY)
