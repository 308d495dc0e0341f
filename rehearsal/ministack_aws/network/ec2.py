"""EC2 types on MiniStack's own EC2 state, for which it has calls but no resource handlers."""

import hashlib
import re

import ministack.services.ec2 as ec2


def register(handlers):
    """Add the types that are missing."""
    handlers.setdefault("AWS::EC2::EIP", {"create": _address, "delete": _release_address})
    handlers.setdefault("AWS::EC2::NatGateway", {"create": _gateway, "delete": _delete_gateway})
    for direction in ("Ingress", "Egress"):
        handlers.setdefault(
            f"AWS::EC2::SecurityGroup{direction}", _rule_handlers(direction.lower())
        )


def _query(**values):
    return {
        name.replace("__", "."): [str(value)] for name, value in values.items() if value is not None
    }


def _tag(response, name):
    body = response[2].decode() if isinstance(response[2], bytes) else response[2]
    found = re.search(f"<{name}>([^<]*)</{name}>", body)
    if response[0] >= 300 or not found:
        message = re.search("<Message>([^<]*)</Message>", body)
        raise ValueError(message.group(1) if message else body[:300])
    return found.group(1)


def _address(logical_id, properties, stack_name):
    response = ec2._allocate_address(_query(Domain=properties.get("Domain", "vpc")))
    address, allocation = _tag(response, "publicIp"), _tag(response, "allocationId")
    return address, {"AllocationId": allocation, "PublicIp": address}


def _release_address(physical_id, properties):
    for allocation, address in list(ec2._addresses.items()):
        if address["PublicIp"] == physical_id:
            ec2._addresses.pop(allocation)


def _gateway(logical_id, properties, stack_name):
    allocation = properties.get("AllocationId")
    if allocation and allocation not in ec2._addresses:
        raise ValueError(f"The allocation ID '{allocation}' does not exist")
    response = ec2._create_nat_gateway(
        _query(SubnetId=properties.get("SubnetId"), AllocationId=allocation)
    )
    gateway = _tag(response, "natGatewayId")
    return gateway, {"NatGatewayId": gateway}


def _delete_gateway(physical_id, properties):
    ec2._nat_gateways.pop(physical_id, None)


def _rule_handlers(direction):
    change = {
        ("add", "ingress"): ec2._authorize_sg_ingress,
        ("add", "egress"): ec2._authorize_sg_egress,
        ("remove", "ingress"): ec2._revoke_sg_ingress,
        ("remove", "egress"): ec2._revoke_sg_egress,
    }

    def create(logical_id, properties, stack_name):
        group = properties["GroupId"]
        if group not in ec2._security_groups:
            raise ValueError(f"The security group '{group}' does not exist")
        _accepted(change["add", direction](_rule(properties)))
        digits = hashlib.sha256(f"{group}|{stack_name}|{logical_id}".encode()).hexdigest()[:17]
        return f"sgr-{digits}", {"Id": f"sgr-{digits}"}

    def delete(physical_id, properties):
        if properties.get("GroupId") in ec2._security_groups:
            change["remove", direction](_rule(properties))

    return {"create": create, "delete": delete}


def _accepted(response):
    if response[0] >= 300:
        body = response[2].decode() if isinstance(response[2], bytes) else response[2]
        message = re.search("<Message>([^<]*)</Message>", body)
        raise ValueError(message.group(1) if message else body[:300])


def _rule(properties):
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
