"""The example with secondary ranges passes every check, and none is for show."""

from typing import Any

import pytest
from changed_stacks import Change, said, said_after

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.diagrams.network import network
from mlops_commons.utilities.paths import CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG, EXAMPLES
from mlops_reachability.synthesis import synthesise
from mlops_rehearsal.behaviour.stack import Stack
from mlops_rehearsal.behaviour.templates import stacks

pytestmark = pytest.mark.app
EXAMPLE = EXAMPLES / "secondary-ranges"
NAT, RANGE = "AWS::EC2::NatGateway", "AWS::EC2::VPCCidrBlock"
Template = dict[str, Any]


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    files = (EXAMPLE / f.name for f in (CDK_APP_CONFIG, CDK_INFRA_APP_CONFIG))
    made = dict(stacks(synthesise(*files, tmp_path_factory.mktemp("made"))))
    return {name: made[f"infra {name}"] for name in ("dev", "preprod", "prod")}


def of_type(template: Template, kind: str) -> dict[str, Template]:
    return {k: r for k, r in template["Resources"].items() if r["Type"] == kind}


def private_nat(template: Template) -> tuple[str, Template]:
    found = of_type(template, NAT).items()
    return next((k, r) for k, r in found if r["Properties"].get("ConnectivityType"))


def routes(template: Template, way: str, to: str = "") -> list[tuple[str, Template]]:
    found = of_type(template, "AWS::EC2::Route").items()
    return [(k, r) for k, r in found if way in r["Properties"] and to in str(r["Properties"][way])]


@pytest.mark.parametrize(("stage", "gateways"), [("dev", 2), ("preprod", 1), ("prod", 2)])
def test_a_network_with_secondary_ranges_passes_every_check(
    networks: dict[str, Stack], stage: str, gateways: int
) -> None:
    assert said(networks[stage]) == []
    template = dict(networks[stage].template)
    assert of_type(template, RANGE)
    assert len(of_type(template, NAT)) == gateways


def test_the_picture_says_all_ranges_and_who_translates(networks: dict[str, Stack]) -> None:
    template = networks["preprod"].template
    place = {"role": "preprod", "account": "333333333333", "region": "eu-west-1"}
    count = len(template["Resources"])
    summary = StackSummary(stack="preprod", resources=count, template="", description="", **place)
    drawn = network(StackTemplate(summary=summary, template=template))
    assert drawn.groups[0].title == "VPC 10.60.1.0/24, 100.64.0.0/16"
    (gateway,) = (node for node in drawn.nodes if node.title == "Private NAT gateway")
    assert gateway.details == ("out: the transit gateway",)
    private = [group for group in drawn.groups if group.title.startswith("private subnet")]
    assert len(private) == 2
    assert all("0.0.0.0/0 to private NAT gateway of" in group.subtitle for group in private)


def _without_waiting(template: Template) -> object:
    private = [s for s in of_type(template, "AWS::EC2::Subnet").values() if "DependsOn" in s]
    return private[0].pop("DependsOn")


def _range_of_another_vpc(template: Template) -> object:
    (added,) = of_type(template, RANGE).values()
    return added["Properties"].update(VpcId="vpc-0123456789abcdef0")


def _smaller_range(template: Template) -> object:
    (added,) = of_type(template, RANGE).values()
    return added["Properties"].update(CidrBlock="100.64.0.0/20")


def _overlapping_range(template: Template) -> object:
    (network,) = of_type(template, "AWS::EC2::VPC").values()
    return network["Properties"].update(CidrBlock="100.64.0.0/16")


def _untranslated(template: Template) -> object:
    key, _ = private_nat(template)
    gateway = routes(template, "TransitGatewayId")[0][1]["Properties"]["TransitGatewayId"]
    for _, route in routes(template, "NatGatewayId", key):
        del route["Properties"]["NatGatewayId"]
        route["Properties"]["TransitGatewayId"] = gateway
    return template["Resources"].pop(key)


def _public_instead(template: Template) -> object:
    _, gateway = private_nat(template)
    return gateway["Properties"].pop("ConnectivityType")


def _in_a_private_subnet(template: Template) -> object:
    _, gateway = private_nat(template)
    subnets = of_type(template, "AWS::EC2::Subnet")
    private = next(k for k, s in subnets.items() if "DependsOn" in s)
    return gateway["Properties"].update(SubnetId={"Ref": private})


def _with_an_address(template: Template) -> object:
    _, gateway = private_nat(template)
    return gateway["Properties"].update(AllocationId="eipalloc-0123456789abcdef0")


def _before_its_routes(template: Template) -> object:
    _, gateway = private_nat(template)
    return gateway.pop("DependsOn")


def _nothing_leads_on(template: Template) -> object:
    return [template["Resources"].pop(key) for key, _ in routes(template, "TransitGatewayId")]


def _endpoints_for_the_primary_range(template: Template) -> object:
    groups = of_type(template, "AWS::EC2::SecurityGroup").values()
    rules = next(
        g["Properties"]["SecurityGroupIngress"]
        for g in groups
        if "SecurityGroupIngress" in g["Properties"]
    )
    return rules.pop()


def _one_zone_only(template: Template) -> object:
    key, _ = private_nat(template)
    return template["Resources"].pop(routes(template, "NatGatewayId", key)[-1][0])


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (_without_waiting, "ranges_are_of_the_network"),
        (_range_of_another_vpc, "ranges_are_of_the_network"),
        (_smaller_range, "ranges_fit"),
        (_overlapping_range, "ranges_fit"),
        (_untranslated, "unrouted_addresses_are_translated"),
        (_public_instead, "routes_await_the_gateway"),
        (_in_a_private_subnet, "private_gateways_lead_on"),
        (_with_an_address, "private_gateways_lead_on"),
        (_before_its_routes, "private_gateways_lead_on"),
        (_nothing_leads_on, "private_gateways_lead_on"),
        (_endpoints_for_the_primary_range, "endpoints_answer"),
        (_one_zone_only, "each_zone_goes_the_same_way"),
    ],
)
def test_each_check_is_needed(networks: dict[str, Stack], change: Change, check: str) -> None:
    found = said_after(change, networks["preprod"])
    assert any(text.startswith(f"{check}: ") for text in found)
