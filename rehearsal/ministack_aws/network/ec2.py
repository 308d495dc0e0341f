"""EC2 types on MiniStack's own EC2 state, for which it has calls but no resource handlers."""

import hashlib
import ipaddress
import re

from ministack_aws.engine import ec2
from ministack_aws.engine.types import (
    Attributes,
    Handlers,
    Properties,
    Query,
    ResourceHandlers,
    Response,
)


def register(handlers: ResourceHandlers) -> None:
    """Add the types that are missing."""
    handlers.setdefault("AWS::EC2::EIP", {"create": _address, "delete": _release_address})
    handlers.setdefault("AWS::EC2::NatGateway", {"create": _gateway, "delete": _delete_gateway})
    handlers.setdefault("AWS::EC2::VPCCidrBlock", {"create": _add_range, "delete": _remove_range})
    for direction in ("Ingress", "Egress"):
        handlers.setdefault(
            f"AWS::EC2::SecurityGroup{direction}", _rule_handlers(direction.lower())
        )


def _query(**values: object) -> Query:
    return {
        name.replace("__", "."): [str(value)] for name, value in values.items() if value is not None
    }


def _tag(response: Response, name: str) -> str:
    body = response[2].decode() if isinstance(response[2], bytes) else response[2]
    found = re.search(f"<{name}>([^<]*)</{name}>", body)
    if response[0] >= 300 or not found:
        message = re.search("<Message>([^<]*)</Message>", body)
        raise ValueError(message.group(1) if message else body[:300])
    return found.group(1)


def _address(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
    response = ec2.allocate_address(_query(Domain=properties.get("Domain", "vpc")))
    address, allocation = _tag(response, "publicIp"), _tag(response, "allocationId")
    return address, {"AllocationId": allocation, "PublicIp": address}


def _release_address(physical_id: str, properties: Properties) -> None:
    for allocation, address in list(ec2.addresses().items()):
        if address["PublicIp"] == physical_id:
            ec2.addresses().pop(allocation)


def _gateway(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
    allocation = properties.get("AllocationId")
    if allocation and allocation not in ec2.addresses():
        raise ValueError(f"The allocation ID '{allocation}' does not exist")
    response = ec2.create_nat_gateway(
        _query(
            SubnetId=properties.get("SubnetId"),
            AllocationId=allocation,
            ConnectivityType=properties.get("ConnectivityType", "public"),
        )
    )
    gateway = _tag(response, "natGatewayId")
    return gateway, {"NatGatewayId": gateway}


def _delete_gateway(physical_id: str, properties: Properties) -> None:
    ec2.nat_gateways().pop(physical_id, None)


def _add_range(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
    vpc, cidr = properties["VpcId"], properties["CidrBlock"]
    digits = hashlib.sha256(f"{vpc}|{cidr}".encode()).hexdigest()[:17]
    association = f"vpc-cidr-assoc-{digits}"
    ec2.further_ranges(vpc)[association] = cidr
    return association, {"Id": association}


def _remove_range(physical_id: str, properties: Properties) -> None:
    """A range in which subnets are stays (Amazon VPC User Guide, "Remove an IPv4 CIDR block")."""
    further = ec2.further_ranges(properties["VpcId"])
    block = ipaddress.IPv4Network(properties["CidrBlock"])
    for subnet in ec2.subnets().values():
        inside = ipaddress.IPv4Network(subnet["CidrBlock"]).subnet_of(block)
        if physical_id in further and subnet["VpcId"] == properties["VpcId"] and inside:
            raise ValueError(
                f"The vpc CIDR block '{block}' has the subnet {subnet['SubnetId']} in it and "
                "cannot be disassociated"
            )
    further.pop(physical_id, None)


def _rule_handlers(direction: str) -> Handlers:
    change = {
        ("add", "ingress"): ec2.authorize_ingress,
        ("add", "egress"): ec2.authorize_egress,
        ("remove", "ingress"): ec2.revoke_ingress,
        ("remove", "egress"): ec2.revoke_egress,
    }

    def create(logical_id: str, properties: Properties, stack_name: str) -> tuple[str, Attributes]:
        group = properties["GroupId"]
        if group not in ec2.security_groups():
            raise ValueError(f"The security group '{group}' does not exist")
        _accepted(change["add", direction](_rule(properties)))
        digits = hashlib.sha256(f"{group}|{stack_name}|{logical_id}".encode()).hexdigest()[:17]
        return f"sgr-{digits}", {"Id": f"sgr-{digits}"}

    def delete(physical_id: str, properties: Properties) -> None:
        if properties.get("GroupId") in ec2.security_groups():
            change["remove", direction](_rule(properties))

    return {"create": create, "delete": delete}


def _accepted(response: Response) -> None:
    if response[0] >= 300:
        body = response[2].decode() if isinstance(response[2], bytes) else response[2]
        message = re.search("<Message>([^<]*)</Message>", body)
        raise ValueError(message.group(1) if message else body[:300])


def _rule(properties: Properties) -> Query:
    other = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    prefix = "IpPermissions.1."
    values = {
        "GroupId": properties["GroupId"],
        f"{prefix}IpProtocol": properties.get("IpProtocol", "-1"),
        f"{prefix}FromPort": properties.get("FromPort"),
        f"{prefix}ToPort": properties.get("ToPort"),
        f"{prefix}UserIdGroupPairs.1.GroupId": other,
        f"{prefix}IpRanges.1.CidrIp": properties.get("CidrIp"),
    }
    return {name: [str(value)] for name, value in values.items() if value is not None}
