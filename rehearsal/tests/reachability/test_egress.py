"""What of a network takes data to the internet, and what only looks like it."""

from typing import Any

import pytest
from small_world import PERSONA, SYNTH, world

from mlops_reachability.edges import EXIT
from mlops_reachability.reach import Graph

pytestmark = pytest.mark.pure

VPC: dict[str, Any] = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
ENDPOINT: dict[str, Any] = {
    "Type": "AWS::EC2::VPCEndpoint",
    "Properties": {
        "ServiceName": "com.amazonaws.eu-west-1.s3",
        "PolicyDocument": {"Statement": []},
    },
}
ANYWHERE = "sends data to any place on the internet"


def nat(**properties: str) -> dict[str, Any]:
    return {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": "s", **properties}}


def route(to: str, **properties: str) -> dict[str, Any]:
    key = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
    return {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": "t", key: to, **properties}}


def reaches_the_internet(who: str, *network: dict[str, Any]) -> bool:
    further = {f"N{number}": resource for number, resource in enumerate(network)}
    way = Graph(world(further=further)).from_([who]).by.get(EXIT)
    return way is not None and ANYWHERE in str(way)


@pytest.mark.parametrize("who", [PERSONA, SYNTH])
@pytest.mark.parametrize(
    ("out", "resources"),
    [
        (False, [VPC, ENDPOINT]),
        (True, []),
        (True, [VPC, ENDPOINT, nat(AllocationId="a")]),
        (True, [VPC, ENDPOINT, nat(ConnectivityType="public", AllocationId="a")]),
        (False, [VPC, ENDPOINT, nat(ConnectivityType="private")]),
        (True, [VPC, ENDPOINT, route("0.0.0.0/0", TransitGatewayId="tgw-1")]),
        (True, [VPC, ENDPOINT, route("::/0", EgressOnlyInternetGatewayId="e")]),
        (False, [VPC, ENDPOINT, route("10.0.0.0/8", TransitGatewayId="tgw-1")]),
        (False, [VPC, ENDPOINT, route("0.0.0.0/0", GatewayId="igw-1")]),
        (
            False,
            [
                *(VPC, ENDPOINT, nat(ConnectivityType="private")),
                route("0.0.0.0/0", NatGatewayId="nat-1"),
            ],
        ),
    ],
)
def test_a_gateway_or_a_route_to_everywhere_is_a_way_out(
    who: str, out: bool, resources: list[dict[str, Any]]
) -> None:
    assert reaches_the_internet(who, *resources) is out
