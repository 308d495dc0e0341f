"""Networks with ids of the caller's choice, as if somebody had made them there long ago."""

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final

from ministack_aws.engine import ec2
from ministack_aws.engine.requests import get_account_id, get_region, request_scope
from ministack_aws.engine.types import Answer, Record, Request

Block = ipaddress.IPv4Network

OUT: Final = "tgw-0a1b2c3d4e5f60718"
ANY: Final = "10.0.0.0/16"


def answer(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and the id of the VPC; what is there already stays as it is.

    The request has `account`, `region`, `vpc_id`, `vpc_cidr` (may be empty), `subnets`,
    `security_groups` and `route_table_ids`.
    """
    with request_scope(request["account"], request["region"]):
        vpc, block = request["vpc_id"], request["vpc_cidr"] or ANY
        ec2.vpcs().setdefault(vpc, _vpc(vpc, block))
        for subnet, of_subnet in zip(request["subnets"], _blocks(block), strict=False):
            ec2.subnets().setdefault(subnet, _subnet(vpc, subnet, of_subnet))
        for group in request["security_groups"]:
            ec2.security_groups().setdefault(group, _group(vpc, group))
        for table in request["route_table_ids"]:
            ec2.route_tables().setdefault(table, _table(vpc, table, request["subnets"], block))
    return 200, {"vpc_id": vpc}


def _blocks(block: str) -> Iterator[Block]:
    network = ipaddress.IPv4Network(block)
    return network.subnets(new_prefix=max(network.prefixlen, min(28, network.prefixlen + 8)))


def _vpc(vpc: str, block: str) -> Record:
    return {
        "VpcId": vpc,
        "CidrBlock": block,
        "State": "available",
        "IsDefault": False,
        "DhcpOptionsId": "dopt-00000001",
        "InstanceTenancy": "default",
        "OwnerId": get_account_id(),
    }


def _subnet(vpc: str, subnet: str, block: Block) -> Record:
    zone = f"{get_region()}{'abc'[len(ec2.subnets()) % 3]}"
    return {
        "SubnetId": subnet,
        "VpcId": vpc,
        "CidrBlock": str(block),
        "AvailabilityZone": zone,
        "AvailabilityZoneId": ec2.zone_id(zone),
        "AvailableIpAddressCount": block.num_addresses - 5,
        "State": "available",
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "OwnerId": get_account_id(),
    }


def _group(vpc: str, group: str) -> Record:
    return {
        "GroupId": group,
        "GroupName": f"of-the-company-{group}",
        "Description": "of the network's owner",
        "VpcId": vpc,
        "OwnerId": get_account_id(),
        "IpPermissions": [],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    }


def _table(vpc: str, table: str, subnets: Iterable[str], block: str) -> Record:
    local = {"DestinationCidrBlock": block, "GatewayId": "local"}
    return {
        "RouteTableId": table,
        "VpcId": vpc,
        "OwnerId": get_account_id(),
        "Routes": [
            {**local, "State": "active", "Origin": "CreateRouteTable"},
            # Whoever made the network has a way out of it, which is not looked at.
            {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": OUT, "State": "active"},
        ],
        "Associations": [
            {
                "RouteTableAssociationId": f"rtbassoc-{subnet.removeprefix('subnet-')}",
                "RouteTableId": table,
                "SubnetId": subnet,
                "Main": False,
                "AssociationState": {"State": "associated"},
            }
            for subnet in subnets
        ],
    }
