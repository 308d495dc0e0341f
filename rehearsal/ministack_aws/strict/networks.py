"""Networks: routes to a gateway that is not attached, endpoint services that nobody offers."""

import functools
import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import ec2
from ministack_aws.engine.requests import get_region
from ministack_aws.engine.types import Attributes, Properties, Query, ResourceHandlers, Response

SERVICES: Final = Path(__file__).parents[1] / "network" / "endpoint_services.txt"
"""Names of the endpoint services of AWS, as aws-cdk-lib 2.273.0 lists them
(aws-ec2/lib/vpc-endpoint.d.ts), which is made from DescribeVpcEndpointServices."""

EVERYWHERE: Final = "0.0.0.0/0"
NEVER_TOGETHER: Final = tuple(
    ipaddress.IPv4Network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16")
)
"""A VPC has private ranges of one of them; the last is for AWS's services."""
START_OF_10: Final = ipaddress.IPv4Network("10.0.0.0/16")
DEFAULT_VPCS: Final = ipaddress.IPv4Network("172.31.0.0/16")
ANSWER: Final = "DescribeVpcEndpointServicesResponse"


def register(handlers: ResourceHandlers) -> None:
    """Check what CloudFormation makes of a network, and offer the services that AWS offers."""
    ec2.actions()["DescribeVpcEndpointServices"] = _services
    for resource_type, check in CHECKS.items():
        handler = handlers[resource_type]
        handler["create"] = _checked(handler["create"], check, 1)
        if "update" in handler:
            handler["update"] = _checked(handler["update"], check, 2)


def known_services() -> frozenset[str]:
    """The endpoint services of the region of the request; those of China have a prefix more."""
    names = SERVICES.read_text(encoding="utf-8").split()
    plain = {name.format(region=get_region()) for name in names}
    return frozenset(plain | {f"cn.{name}" for name in plain if get_region().startswith("cn-")})


def _services(query: Query) -> Response:
    """The endpoint services of a region, each in the three zones that a region has here.

    API_DescribeVpcEndpointServices; MiniStack knows a handful of services.
    """
    zones = "".join(f"<item>{get_region()}{letter}</item>" for letter in "abc")
    details = "".join(
        f"<item><serviceName>{name}</serviceName>"
        f"<availabilityZoneSet>{zones}</availabilityZoneSet></item>"
        for name in sorted(known_services())
    )
    body = f"<{ANSWER}><serviceDetailSet>{details}</serviceDetailSet></{ANSWER}>"
    return 200, {"Content-Type": "application/xml"}, body


def _checked(
    change: Callable[..., tuple[str, Attributes]],
    check: Callable[[Properties], None],
    position: int,
) -> Callable[..., tuple[str, Attributes]]:
    @functools.wraps(change)
    def checked(*arguments: Any, **options: Any) -> tuple[str, Attributes]:
        check(arguments[position])
        return change(*arguments, **options)

    return checked


def _route(properties: Properties) -> None:
    """AWS::EC2::Route: "You must create a dependency on the VPC-gateway attachment"."""
    table = ec2.route_tables().get(properties.get("RouteTableId", ""))
    gateway = properties.get("GatewayId", "")
    if not table:
        raise ValueError(f"The routeTable ID '{properties.get('RouteTableId')}' does not exist")
    if gateway.startswith("igw-"):
        attached = (ec2.internet_gateways().get(gateway) or {}).get("Attachments") or ()
        if table["VpcId"] not in {attachment["VpcId"] for attachment in attached}:
            raise ValueError(
                f"route table {table['RouteTableId']} and network gateway {gateway} belong to "
                "different networks (Error Code: InvalidParameterValue)"
            )
    transit = properties.get("TransitGatewayId")
    if transit and (transit, table["VpcId"]) not in _attached():
        # What Amazon EC2 says where the VPC is not attached yet.
        raise ValueError(f"The transitGateway ID '{transit}' does not exist")
    nat = properties.get("NatGatewayId")
    if nat and nat not in ec2.nat_gateways():
        raise ValueError(f"The natGateway ID '{nat}' does not exist")


def _attached() -> set[tuple[str, str]]:
    """Transit gateways with the VPCs that are attached to them."""
    found = all_of("AWS::EC2::TransitGatewayAttachment")
    return {(row["TransitGatewayId"], row["VpcId"]) for _, row in found}


def _endpoint(properties: Properties) -> None:
    """API_CreateVpcEndpoint, InvalidServiceName; services of others have names of their own."""
    service = properties.get("ServiceName", "")
    if ".vpce." not in service and service not in known_services():
        raise ValueError(f"The Vpc Endpoint Service '{service}' does not exist")
    _groups(properties.get("SecurityGroupIds") or ())
    for subnet in properties.get("SubnetIds") or ():
        if subnet not in ec2.subnets():
            raise ValueError(f"The subnet ID '{subnet}' does not exist")
    for table in properties.get("RouteTableIds") or ():
        if table not in ec2.route_tables():
            raise ValueError(f"The routeTable ID '{table}' does not exist")


def _subnet(properties: Properties) -> None:
    """API_CreateSubnet: InvalidSubnet.Range and InvalidSubnet.Conflict."""
    vpc, cidr = properties.get("VpcId", ""), properties.get("CidrBlock", "")
    own = ipaddress.IPv4Network(cidr)
    if not any(own.subnet_of(ipaddress.IPv4Network(block)) for block in ec2.ranges(vpc)):
        raise ValueError(f"The CIDR '{cidr}' is invalid (InvalidSubnet.Range)")
    for known in ec2.subnets().values():
        if known["VpcId"] == vpc and own.overlaps(ipaddress.IPv4Network(known["CidrBlock"])):
            raise ValueError(f"The CIDR '{cidr}' conflicts with another subnet")


def _range(properties: Properties) -> None:
    """Amazon VPC User Guide, "VPC CIDR blocks": what a VPC takes besides its primary range."""
    vpc, cidr = properties.get("VpcId", ""), properties.get("CidrBlock", "")
    if vpc not in ec2.vpcs():
        raise ValueError(f"The vpc ID '{vpc}' does not exist")
    added = ipaddress.IPv4Network(cidr)
    there = [ipaddress.IPv4Network(block) for block in ec2.ranges(vpc)]
    if not 16 <= added.prefixlen <= 28 or any(map(added.overlaps, there)):
        raise ValueError(f"The CIDR '{cidr}' is invalid (InvalidVpc.Range)")
    if _is_restricted(added, there):
        raise ValueError(
            f"The CIDR '{cidr}' is restricted. Use a CIDR from the same private address range as "
            "the current VPC CIDR, or use a publicly-routable CIDR"
        )
    for table in ec2.route_tables().values():
        for route in table["Routes"] if table["VpcId"] == vpc else ():
            way = route.get("DestinationCidrBlock", EVERYWHERE)
            if ipaddress.IPv4Network(way).subnet_of(added):
                raise ValueError(f"The CIDR '{cidr}' conflicts with the route to {way}")


def _is_restricted(added: ipaddress.IPv4Network, there: list[ipaddress.IPv4Network]) -> bool:
    """Amazon VPC User Guide, "IPv4 CIDR block association restrictions"."""
    own = [block for block in NEVER_TOGETHER if added.subnet_of(block)]
    foreign = any(not there[0].subnet_of(block) for block in own)
    beside = added.subnet_of(START_OF_10) and any(
        known.subnet_of(START_OF_10.supernet()) for known in there
    )
    return foreign or beside or added.subnet_of(DEFAULT_VPCS)


def _groups(names: Any) -> None:
    for group in names:
        if group not in ec2.security_groups():
            raise ValueError(f"The security group '{group}' does not exist")


def _gateway(properties: Properties) -> None:
    """AWS::EC2::NatGateway in a public subnet: its subnet has a way out when it is made.

    Amazon VPC User Guide, "NAT gateways", state `failed`: "Network vpc-xxxxxxxx has no Internet
    gateway attached".
    """
    subnet = ec2.subnets().get(properties.get("SubnetId", ""))
    if subnet is None:
        raise ValueError(f"The subnet ID '{properties.get('SubnetId')}' does not exist")
    if properties.get("ConnectivityType", "public") != "public":
        if properties.get("AllocationId"):
            raise ValueError("A private NAT gateway cannot have an Elastic IP address")
        return
    attached = {
        attachment["VpcId"]
        for gateway in ec2.internet_gateways().values()
        for attachment in gateway.get("Attachments") or ()
    }
    if subnet["VpcId"] not in attached:
        raise ValueError(f"Network {subnet['VpcId']} has no Internet gateway attached")


def _group(properties: Properties) -> None:
    rows = [
        *(properties.get("SecurityGroupIngress") or ()),
        *(properties.get("SecurityGroupEgress") or ()),
    ]
    for name in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
        _groups([row[name] for row in rows if row.get(name)])


CHECKS: Final = {
    "AWS::EC2::NatGateway": _gateway,
    "AWS::EC2::Route": _route,
    "AWS::EC2::SecurityGroup": _group,
    "AWS::EC2::Subnet": _subnet,
    "AWS::EC2::VPCCidrBlock": _range,
    "AWS::EC2::VPCEndpoint": _endpoint,
}
"""By type what is checked before EC2 is asked."""
