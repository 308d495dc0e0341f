"""A VPC on a transit gateway: attached in each zone, and led there by every private table."""

import pytest

from mlops_commons.stage import CreateNetwork

pytestmark = pytest.mark.construct

GATEWAY = "tgw-0123456789abcdef0"
COMPANY = ["10.0.0.0/8", "172.16.0.0/12"]
EVERYTHING = "0.0.0.0/0"
ROUTES = {
    "inspection": [EVERYTHING, *COMPANY],
    "nat and a transit gateway": [*COMPANY],
}


@pytest.mark.parametrize("name", ROUTES)
def test_the_vpc_is_attached_in_subnets_of_its_own(variant, name) -> None:
    network = variant(name)
    _, attachment = network.only("AWS::EC2::TransitGatewayAttachment")
    assert attachment["TransitGatewayId"] == GATEWAY
    subnets = network.resources("AWS::EC2::Subnet")
    own = [subnets[row["Ref"]] for row in attachment["SubnetIds"]]
    assert len(own) == 3
    assert all(subnet["CidrBlock"].endswith("/28") for subnet in own)
    assert len({str(subnet["AvailabilityZone"]) for subnet in own}) == 3


@pytest.mark.parametrize(("name", "wanted"), ROUTES.items())
def test_every_private_table_leads_to_the_gateway_when_the_vpc_is_attached(
    variant, name, wanted
) -> None:
    network = variant(name)
    attachment, _ = network.only("AWS::EC2::TransitGatewayAttachment")
    found: dict[str, list[str]] = {table: [] for table in network.route_tables("Private")}
    for key, route in network.resources("AWS::EC2::Route").items():
        if "TransitGatewayId" in route:
            assert attachment in network.template["Resources"][key]["DependsOn"]
            found[route["RouteTableId"]["Ref"]].append(route["DestinationCidrBlock"])
    assert len(found) == 3
    assert all(sorted(ways) == sorted(wanted) for ways in found.values())


@pytest.mark.parametrize("name", ROUTES)
def test_the_subnets_of_the_attachment_lead_nowhere(variant, name) -> None:
    network = variant(name)
    routes = network.resources("AWS::EC2::Route").values()
    used = {route["RouteTableId"]["Ref"] for route in routes}
    assert len(network.route_tables("Transit")) == 3
    assert not used & set(network.route_tables("Transit"))


@pytest.mark.parametrize(
    "resource_type",
    ["AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP"],
)
def test_inspection_has_no_way_out_of_its_own(variant, resource_type) -> None:
    assert variant("inspection").resources(resource_type) == {}


def test_rules_of_the_company_s_dns_hold_in_the_vpc(synthesise) -> None:
    rules = ("rslvr-rr-0123456789abcdef0", "rslvr-rr-0123456789abcdef1")
    network = synthesise(CreateNetwork(resolver_rule_ids=rules), studio=False)
    vpc, _ = network.only("AWS::EC2::VPC")
    found = network.resources("AWS::Route53Resolver::ResolverRuleAssociation").values()
    assert [row["ResolverRuleId"] for row in found] == [*rules]
    assert all(row["VPCId"] == {"Ref": vpc} for row in found)
