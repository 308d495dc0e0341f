"""The picture of a network says what the reviewed template says, no more and no less."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_commons.assembly.stacks import StackSummary
from mlops_commons.assembly.templates import StackTemplate
from mlops_commons.diagrams.graph import Graph, Node, NodeKind
from mlops_commons.diagrams.network import network
from mlops_commons.vpc_endpoints import selected_endpoints

pytestmark = pytest.mark.pure

REVIEWED = Path(__file__).parents[1] / "app" / "__snapshots__" / "test_stack_snapshots"
STAGES = ("dev", "preprod", "prod")


def reviewed(stage: str) -> dict[str, Any]:
    file = REVIEWED / f"test_the_template_is_as_reviewed[{stage}][{stage}].json"
    template: dict[str, Any] = json.loads(file.read_text())
    return template


def of(template: dict[str, Any], resource_type: str) -> dict[str, Any]:
    return {
        key: resource["Properties"]
        for key, resource in template["Resources"].items()
        if resource["Type"] == resource_type
    }


def drawn(template: dict[str, Any]) -> Graph:
    summary = StackSummary(
        role="dev",
        account="222222222222",
        region="eu-west-1",
        stack="dev-mlops-infra",
        resources=len(template["Resources"]),
        description="",
        template="",
    )
    return network(StackTemplate(summary=summary, template=template))


def nodes(graph: Graph, kind: NodeKind) -> dict[str, Node]:
    return {node.key: node for node in graph.nodes if node.kind is kind}


def subnets(graph: Graph) -> dict[str, str]:
    """The frames of subnets with their zones."""
    zones = {group.key for group in graph.groups if group.parent == "vpc"}
    return {group.key: group.parent for group in graph.groups if group.parent in zones}


def out_of(graph: Graph) -> dict[str, str]:
    return {group.key: group.subtitle for group in graph.groups if group.key in subnets(graph)}


@pytest.mark.parametrize("stage", STAGES)
def test_the_boxes_are_the_subnets_gateways_security_groups_and_studio(stage: str) -> None:
    template = reviewed(stage)
    graph = drawn(template)
    assert set(subnets(graph)) == set(of(template, "AWS::EC2::Subnet"))
    assert set(nodes(graph, NodeKind.SECURITY_GROUP)) == set(
        of(template, "AWS::EC2::SecurityGroup")
    )
    assert set(nodes(graph, NodeKind.GATEWAY)) == {
        *of(template, "AWS::EC2::NatGateway"),
        *of(template, "AWS::EC2::InternetGateway"),
    }
    assert set(nodes(graph, NodeKind.STUDIO)) == set(of(template, "AWS::SageMaker::Domain"))


@pytest.mark.parametrize("stage", STAGES)
def test_every_endpoint_stands_in_one_box_by_the_name_of_its_service(stage: str) -> None:
    template = reviewed(stage)
    shown = [
        item for node in nodes(drawn(template), NodeKind.ENDPOINT).values() for item in node.items
    ]
    services = {
        row.service_name("eu-west-1").removeprefix("com.amazonaws.").replace("eu-west-1.", "")
        for row in selected_endpoints({}, studio=stage == "dev")
    }
    assert len(shown) == len(of(template, "AWS::EC2::VPCEndpoint"))
    assert set(shown) == services


@pytest.mark.parametrize("stage", STAGES)
def test_every_rule_of_a_security_group_is_a_line_of_its_box(stage: str) -> None:
    template = reviewed(stage)
    for key, node in nodes(drawn(template), NodeKind.SECURITY_GROUP).items():
        inside = of(template, "AWS::EC2::SecurityGroup")[key]
        rules = len(inside.get("SecurityGroupIngress", []) + inside.get("SecurityGroupEgress", []))
        for way in ("Ingress", "Egress"):
            rules += sum(
                rule["GroupId"] == {"Fn::GetAtt": [key, "GroupId"]}
                for rule in of(template, f"AWS::EC2::SecurityGroup{way}").values()
            )
        assert len(node.details) == rules


def test_each_zone_is_a_column_with_its_subnets_and_the_nat_gateway_in_its_own() -> None:
    template = reviewed("dev")
    graph = drawn(template)
    place = subnets(graph)
    assert sorted(place.values()) == ["zone 1"] * 2 + ["zone 2"] * 2 + ["zone 3"] * 2
    for key, found in of(template, "AWS::EC2::Subnet").items():
        position = found["AvailabilityZone"]["Fn::Select"][0]
        assert place[key] == f"zone {position + 1}"
    (nat,) = (node for node in graph.nodes if node.title == "NAT gateway")
    (found,) = of(template, "AWS::EC2::NatGateway").values()
    assert nat.group == found["SubnetId"]["Ref"]


def test_the_words_are_the_routes_attachments_and_security_groups_of_dev() -> None:
    template = reviewed("dev")
    graph = drawn(template)
    for key, words in out_of(graph).items():
        way = "NAT gateway of zone 1" if "Private" in key else "Internet gateway"
        assert words == f"out: 0.0.0.0/0 to {way}"
    interface, gateway = sorted(
        nodes(graph, NodeKind.ENDPOINT).values(), key=lambda node: "interface" not in node.title
    )
    (studio,) = nodes(graph, NodeKind.STUDIO).values()
    # In the subnets of two zones of three, where their addresses are.
    assert interface.details == (
        "in private subnets of zone 1, zone 2",
        "guarded by: Interface endpoints of this stage",
    )
    assert gateway.details == ("in all private subnets",)
    assert studio.details[1:] == (
        "in all private subnets",
        "guarded by: SageMaker Studio: spaces, apps and kernels",
    )


def test_a_group_that_lets_nothing_out_says_so() -> None:
    guards = nodes(drawn(reviewed("dev")), NodeKind.SECURITY_GROUP).values()
    (closed,) = (node for node in guards if node.title == "Interface endpoints of this stage")
    assert closed.details[-1] == "out: nothing"
    assert not [line for node in guards for line in node.details if "127.0.0.1" in line]


def test_an_endpoint_in_one_subnet_alone_is_not_drawn_as_if_in_all() -> None:
    template = reviewed("dev")
    (kms,) = (
        endpoint
        for endpoint in of(template, "AWS::EC2::VPCEndpoint").values()
        if endpoint["ServiceName"] == "com.amazonaws.eu-west-1.kms"
    )
    kms["SubnetIds"] = kms["SubnetIds"][1:2]
    (alone,) = (node for node in drawn(template).nodes if node.items == ("kms",))
    assert alone.details[0] == "in private subnets of zone 2"


def test_a_subnet_without_a_way_out_says_nothing() -> None:
    template = reviewed("dev")
    routes = [
        key for key, route in of(template, "AWS::EC2::Route").items() if "NatGatewayId" in route
    ]
    cut_off = template["Resources"].pop(routes[-1])["Properties"]["RouteTableId"]
    (subnet,) = (
        link["SubnetId"]["Ref"]
        for link in of(template, "AWS::EC2::SubnetRouteTableAssociation").values()
        if link["RouteTableId"] == cut_off
    )
    words = out_of(drawn(template))
    assert words[subnet] == "out: nothing"
    assert list(words.values()).count("out: nothing") == 1


def test_an_imported_vpc_is_named_by_the_parameters_of_the_contract() -> None:
    parameters = {
        "/bu1/vpc/id": "vpc-0123456789abcdef0",
        "/bu1/vpc/subnets/private/ids": "subnet-0000000000000000a,subnet-0000000000000000b",
    }
    template = {
        "Resources": {
            f"Parameter{number}": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {"Name": name, "Type": "String", "Value": value},
            }
            for number, (name, value) in enumerate(parameters.items())
        }
    }
    graph = drawn(template)
    assert graph.groups[0].title == "VPC vpc-0123456789abcdef0 (imported)"
    assert set(subnets(graph)) == {
        "subnet-0000000000000000a",
        "subnet-0000000000000000b",
    }


def test_a_zone_that_aws_names_keeps_its_name() -> None:
    template = reviewed("dev")
    for subnet in of(template, "AWS::EC2::Subnet").values():
        number = subnet.pop("AvailabilityZone")["Fn::Select"][0]
        subnet["AvailabilityZoneId"] = f"euw1-az{number + 1}"
    shown = {group.title for group in drawn(template).groups if group.parent == "vpc"}
    assert {"euw1-az1", "euw1-az2"} <= shown
    assert "Zone 1" in {group.title for group in drawn(reviewed("dev")).groups}
