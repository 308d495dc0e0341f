"""Networks with ids of the caller's choice, as if somebody had made them there long ago."""

import ipaddress

import ministack.services.ec2 as ec2
from ministack.core.responses import get_account_id, get_region, request_scope

ANY = "10.0.0.0/16"


def answer(request):
    """An HTTP status, and the id of the VPC; what is there already stays as it is.

    The request has `account`, `region`, `vpc_id`, `vpc_cidr` (may be empty), `subnets`,
    `security_group` and `route_table_ids`.
    """
    with request_scope(request["account"], request["region"]):
        vpc, block = request["vpc_id"], request["vpc_cidr"] or ANY
        ec2._vpcs.setdefault(vpc, _vpc(vpc, block))
        for subnet, of_subnet in zip(request["subnets"], _blocks(block), strict=False):
            ec2._subnets.setdefault(subnet, _subnet(vpc, subnet, of_subnet))
        group = request["security_group"]
        ec2._security_groups.setdefault(group, _group(vpc, group))
        for table in request["route_table_ids"]:
            ec2._route_tables.setdefault(table, _table(vpc, table, request["subnets"], block))
    return 200, {"vpc_id": vpc}


def _blocks(block):
    network = ipaddress.ip_network(block)
    return network.subnets(new_prefix=max(network.prefixlen, min(28, network.prefixlen + 8)))


def _vpc(vpc, block):
    return {
        "VpcId": vpc,
        "CidrBlock": block,
        "State": "available",
        "IsDefault": False,
        "DhcpOptionsId": "dopt-00000001",
        "InstanceTenancy": "default",
        "OwnerId": get_account_id(),
    }


def _subnet(vpc, subnet, block):
    zone = f"{get_region()}{'abc'[len(ec2._subnets) % 3]}"
    return {
        "SubnetId": subnet,
        "VpcId": vpc,
        "CidrBlock": str(block),
        "AvailabilityZone": zone,
        "AvailabilityZoneId": ec2._az_id_for_zone_name(zone),
        "AvailableIpAddressCount": block.num_addresses - 5,
        "State": "available",
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "OwnerId": get_account_id(),
    }


def _group(vpc, group):
    return {
        "GroupId": group,
        "GroupName": f"base-{vpc}",
        "Description": "of the network's owner",
        "VpcId": vpc,
        "OwnerId": get_account_id(),
        "IpPermissions": [],
        "IpPermissionsEgress": [],
    }


def _table(vpc, table, subnets, block):
    local = {"DestinationCidrBlock": block, "GatewayId": "local"}
    return {
        "RouteTableId": table,
        "VpcId": vpc,
        "OwnerId": get_account_id(),
        "Routes": [{**local, "State": "active", "Origin": "CreateRouteTable"}],
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
