"""A VPC with its subnets, routes and gateways, as plain resources."""

from collections.abc import Sequence

from mlops_commons.utilities.cloudformation import Resource, Resources, attribute, ref, sub
from mlops_infra.networking.props import CreateNetworkProps, Egress
from mlops_infra.networking.subnets import Subnet, SubnetKind

VPC = "Vpc"
INTERNET_GATEWAY = "InternetGateway"
GATEWAY_ATTACHMENT = "InternetGatewayAttachment"
PUBLIC_ROUTE_TABLE = "PublicRouteTable"
PUBLIC_ROUTE = "PublicDefaultRoute"
ANYWHERE = "0.0.0.0/0"


def private_route_table(subnet: Subnet) -> str:
    """The logical id of a private subnet's own route table."""
    return f"{subnet.logical_id}RouteTable"


def vpc_resources(props: CreateNetworkProps, subnets: Sequence[Subnet]) -> Resources:
    """The VPC; with egress `nat` its internet and NAT gateways, otherwise no way out at all."""
    resources: Resources = {
        VPC: _named(
            "AWS::EC2::VPC",
            "vpc",
            CidrBlock=props.vpc_cidr,
            EnableDnsHostnames=props.enable_dns_hostnames,
            EnableDnsSupport=props.enable_dns_support,
        )
    }
    for subnet in subnets:
        resources |= _subnet(subnet)
    if props.egress is Egress.NAT:
        resources |= _internet_gateway() | _nat_gateways(props.nat_gateways, subnets)
    return resources


def _subnet(subnet: Subnet) -> Resources:
    """A subnet and its routing: one table for all public subnets, one for each private one."""
    name = f"{subnet.kind.lower()}-{subnet.number}"
    resources: Resources = {
        subnet.logical_id: _named(
            "AWS::EC2::Subnet",
            name,
            VpcId=ref(VPC),
            CidrBlock=str(subnet.cidr),
            AvailabilityZone=subnet.availability_zone,
            MapPublicIpOnLaunch=False,
        )
    }
    table = PUBLIC_ROUTE_TABLE
    if subnet.kind is SubnetKind.PRIVATE:
        table = private_route_table(subnet)
        resources[table] = _named("AWS::EC2::RouteTable", name, VpcId=ref(VPC))
    resources[f"{subnet.logical_id}Association"] = _resource(
        "AWS::EC2::SubnetRouteTableAssociation",
        SubnetId=ref(subnet.logical_id),
        RouteTableId=ref(table),
    )
    return resources


def _internet_gateway() -> Resources:
    return {
        INTERNET_GATEWAY: _named("AWS::EC2::InternetGateway", "internet"),
        GATEWAY_ATTACHMENT: _resource(
            "AWS::EC2::VPCGatewayAttachment",
            VpcId=ref(VPC),
            InternetGatewayId=ref(INTERNET_GATEWAY),
        ),
        PUBLIC_ROUTE_TABLE: _named("AWS::EC2::RouteTable", "public", VpcId=ref(VPC)),
        PUBLIC_ROUTE: {
            **_default_route(PUBLIC_ROUTE_TABLE, GatewayId=ref(INTERNET_GATEWAY)),
            "DependsOn": [GATEWAY_ATTACHMENT],
        },
    }


def _nat_gateways(wanted: int, subnets: Sequence[Subnet]) -> Resources:
    """At most one NAT gateway for each public subnet; the private ones take turns in using them."""
    public = [subnet for subnet in subnets if subnet.kind is SubnetKind.PUBLIC][:wanted]
    private = [subnet for subnet in subnets if subnet.kind is SubnetKind.PRIVATE]
    resources: Resources = {}
    for subnet in public:
        name = f"nat-{subnet.number}"
        resources[f"NatAddress{subnet.number}"] = _named("AWS::EC2::EIP", name, Domain="vpc")
        resources[f"NatGateway{subnet.number}"] = {
            **_named(
                "AWS::EC2::NatGateway",
                name,
                SubnetId=ref(subnet.logical_id),
                AllocationId=attribute(f"NatAddress{subnet.number}", "AllocationId"),
            ),
            "DependsOn": [PUBLIC_ROUTE, f"{subnet.logical_id}Association"],
        }
    for index, subnet in enumerate(private if public else ()):
        nat = public[index % len(public)].number
        resources[f"{subnet.logical_id}DefaultRoute"] = _default_route(
            private_route_table(subnet), NatGatewayId=ref(f"NatGateway{nat}")
        )
    return resources


def _default_route(table: str, **target: object) -> Resource:
    return _resource(
        "AWS::EC2::Route", RouteTableId=ref(table), DestinationCidrBlock=ANYWHERE, **target
    )


def _named(resource_type: str, name: str, **properties: object) -> Resource:
    tag = {"Key": "Name", "Value": sub(f"${{AWS::StackName}}-{name}")}
    return _resource(resource_type, **properties, Tags=[tag])


def _resource(resource_type: str, **properties: object) -> Resource:
    return {"Type": resource_type, "Properties": properties}
