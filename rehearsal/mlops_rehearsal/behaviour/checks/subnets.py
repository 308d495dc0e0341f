"""The network that a template makes: its subnets, tables and routes."""

from typing import Final

from mlops_rehearsal.behaviour.stack import Resource, Stack

ANYWHERE: Final = "0.0.0.0/0"
PUBLISHED: Final = "/vpc/subnets/private/ids"


def vpc(stack: Stack) -> Resource | None:
    """The network that the template makes."""
    return next(iter(stack.of_type("AWS::EC2::VPC")), None)


def blocks(stack: Stack) -> list[str]:
    """The ranges of the network that the template makes, the primary one first."""
    kinds = ("AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock")
    return [str(r.properties["CidrBlock"]) for kind in kinds for r in stack.of_type(kind)]


def zone_of(subnet: Resource) -> str:
    """The zone of a subnet, by its name or its id; empty where it is in any."""
    properties = subnet.properties
    return str(properties["AvailabilityZone"] or properties["AvailabilityZoneId"])


def private_subnets(stack: Stack) -> list[Resource]:
    """The subnets whose ids the stage publishes for jobs."""
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        if parameter.properties["Name"].endswith(PUBLISHED):
            ids = str(parameter.properties["Value"]).split(",")
            return [s for i in ids if (s := stack.referenced(i, "AWS::EC2::Subnet"))]
    return []


def transit_subnets(stack: Stack) -> list[Resource]:
    """The subnets of attachments to transit gateways."""
    return [
        subnet
        for attachment in stack.of_type("AWS::EC2::TransitGatewayAttachment")
        for name in attachment.properties["SubnetIds"]
        if (subnet := stack.referenced(name, "AWS::EC2::Subnet"))
    ]


def is_public(gateway: Resource) -> bool:
    """Whether a NAT gateway leads to the internet; a private one leads to other networks."""
    return str(gateway.properties["ConnectivityType"] or "public") == "public"


def tables(stack: Stack) -> dict[str, str]:
    """The route table of each subnet."""
    return {
        link.properties["SubnetId"]: link.properties["RouteTableId"]
        for link in stack.of_type("AWS::EC2::SubnetRouteTableAssociation")
    }


def default_route(stack: Stack, subnet: str) -> Resource | None:
    """The route of a subnet to everywhere."""
    table = tables(stack).get(subnet)
    for route in stack.of_type("AWS::EC2::Route"):
        known = route.properties
        if known["RouteTableId"] == table and known["DestinationCidrBlock"] == ANYWHERE:
            return route
    return None
