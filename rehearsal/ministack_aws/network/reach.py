"""Whether a call from a subnet reaches a service of AWS: routes, security groups, DNS, endpoints.

A function of the state of EC2, asked where a service would make the call from a network interface
in a VPC. Sources: VPC User Guide, "Route priority", "NAT gateways", "DNS attributes"; AWS
PrivateLink Guide, "Access an AWS service using an interface VPC endpoint" (private DNS, security
groups, endpoint policies) and "Gateway endpoints". Network ACLs are not looked at.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ministack_aws.cloudformation.records import all_of
from ministack_aws.engine import ec2, iam
from ministack_aws.engine.requests import get_region, request_scope
from ministack_aws.engine.types import Record, Request

HTTPS: Final = 443
EVERYWHERE: Final = "0.0.0.0/0"
OTHER_WAYS: Final = ("TransitGatewayId", "NetworkInterfaceId", "VpcPeeringConnectionId")
"""Targets of a default route behind which the network is somebody else's."""

UNROUTED: Final = ipaddress.IPv4Network("100.64.0.0/10")
"""RFC 6598: what networks take for themselves. Behind a transit gateway nobody answers it here;
all other ranges are taken as routed."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of a service of AWS over HTTPS.

    Attributes:
        service: the last part of the name of its endpoint service, or the whole name.
        principal: the ARN of the role that makes it; nobody's policy is asked without one.
    """

    service: str
    principal: str = ""
    action: str = ""
    resource: str = "*"


def answer(request: Request) -> tuple[int, object]:
    """An HTTP status, and why a call does not arrive: for programs that run inside a VPC.

    The request has `account`, `region`, `subnet`, `groups`, and the `call` as `Call` has it.
    """
    with request_scope(request["account"], request["region"]):
        said = refusal(request["subnet"], request["groups"], Call(**request["call"]))
    return (403, {"message": said}) if said else (200, {})


def refusal(subnet: str, groups: Sequence[str], call: Call) -> str | None:
    """Why a call from a network interface does not arrive; None where it does."""
    record = ec2.subnets().get(subnet)
    if record is None:
        return f"The subnet ID '{subnet}' does not exist"
    vpc, found = record["VpcId"], list(_endpoints(record["VpcId"], call.service))
    table = _table(vpc, subnet)
    for endpoint in found:
        if endpoint["VpcEndpointType"] == "Interface" and _has_private_dns(endpoint):
            # Its names lead to the endpoint then, whatever other way there would be.
            return _through_interface(record, groups, endpoint, call)
    for endpoint in found:
        if endpoint["VpcEndpointType"] == "Gateway" and table["RouteTableId"] in (
            endpoint.get("RouteTableIds") or ()
        ):
            if not _lets_out(groups, [EVERYWHERE], (), prefix_lists=True):
                return _times_out(call, f"no security group of {groups} lets HTTPS out")
            return _policy_refusal(endpoint, call)
    if vpc in _with_profile():
        return _through_the_profile(record, table, groups, call)
    return _through_the_internet(record, table, groups, call)


def _endpoints(vpc: str, service: str) -> Iterator[Record]:
    names = {service, f"com.amazonaws.{get_region()}.{service}"}
    for endpoint in ec2.vpc_endpoints().values():
        if endpoint["VpcId"] == vpc and endpoint["ServiceName"].removeprefix("cn.") in names:
            yield endpoint


def _has_private_dns(endpoint: Record) -> bool:
    vpc = ec2.vpcs().get(endpoint["VpcId"]) or {}
    switches = (vpc.get("EnableDnsSupport", True), vpc.get("EnableDnsHostnames", True))
    return _true(endpoint.get("PrivateDnsEnabled")) and all(map(_true, switches))


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


def _table(vpc: str, subnet: str) -> Record:
    """The route table of a subnet, or the main one of its VPC."""
    main: Record = {"RouteTableId": "", "VpcId": vpc, "Routes": []}
    for table in ec2.route_tables().values():
        for association in table.get("Associations") or ():
            if association.get("SubnetId") == subnet:
                return table
            if association.get("Main") and table["VpcId"] == vpc:
                main = table
    return main


def _through_interface(
    subnet: Record, groups: Sequence[str], endpoint: Record, call: Call
) -> str | None:
    theirs = endpoint.get("SecurityGroupIds") or [
        row["GroupId"] for row in endpoint.get("Groups") or ()
    ]
    block = (ec2.vpcs().get(subnet["VpcId"]) or {}).get("CidrBlock", EVERYWHERE)
    blocks = [
        found["CidrBlock"]
        for name in endpoint.get("SubnetIds") or ()
        if (found := ec2.subnets().get(name))
    ]
    if not blocks:
        return _times_out(call, f"the endpoint {endpoint['VpcEndpointId']} is in no subnet")
    if not _lets_out(groups, blocks or [block], theirs):
        return _times_out(call, f"no security group of {groups} lets HTTPS out to {theirs}")
    if not any(
        _matches(rule, [subnet["CidrBlock"]], groups) for rule in _rules(theirs, "IpPermissions")
    ):
        where = f"{', '.join(groups)} in {subnet['CidrBlock']}"
        return _times_out(call, f"the endpoint's group {theirs} lets nothing in from {where}")
    return _policy_refusal(endpoint, call)


def _with_profile() -> set[str]:
    """VPCs where a Profile of Route 53 answers the names of services with central endpoints.

    Names of the VPC's own endpoints come first (Route 53 Developer Guide, "How Route 53 Profile
    settings are prioritized"). Which services are central is its owner's to say: here, all.
    """
    return {row["ResourceId"] for _, row in all_of("AWS::Route53Profiles::ProfileAssociation")}


def _through_the_profile(
    subnet: Record, table: Record, groups: Sequence[str], call: Call
) -> str | None:
    """The names lead to private addresses of another VPC, whatever way out there is."""
    if not any(_leads_elsewhere(subnet, route) for route in table["Routes"]):
        why = f"its name leads to another VPC, to which {subnet['SubnetId']} has no route"
        return _times_out(call, why)
    if not _lets_out(groups, [EVERYWHERE], ()):
        return _times_out(call, f"no security group of {groups} lets HTTPS out")
    return None


def _leads_elsewhere(subnet: Record, route: Record) -> bool:
    """Whether a route leads to other networks, from an address that they answer."""
    gateway = ec2.nat_gateways().get(route.get("NatGatewayId", ""))
    if gateway is None:
        return any(route.get(way) for way in OTHER_WAYS) and not _is_unrouted(subnet)
    own = ec2.subnets()[gateway["SubnetId"]]
    return any(
        _leads_elsewhere(own, onward)
        for onward in _table(own["VpcId"], own["SubnetId"])["Routes"]
        if onward.get("DestinationCidrBlock") in (EVERYWHERE, route.get("DestinationCidrBlock"))
    )


def _is_unrouted(subnet: Record) -> bool:
    return ipaddress.IPv4Network(subnet["CidrBlock"]).subnet_of(UNROUTED)


def _through_the_internet(
    subnet: Record, table: Record, groups: Sequence[str], call: Call
) -> str | None:
    name = subnet["SubnetId"]
    route = next((r for r in table["Routes"] if r.get("DestinationCidrBlock") == EVERYWHERE), None)
    if route is None:
        why = f"{name} has neither an endpoint of it with private DNS nor a default route"
        return _times_out(call, why)
    if not _lets_out(groups, [EVERYWHERE], ()):
        return _times_out(call, f"no security group of {groups} lets HTTPS out")
    if _leads_elsewhere(subnet, route):
        return None
    if any(route.get(way) for way in OTHER_WAYS):
        why = f"no other network answers {subnet['CidrBlock']}, and nothing translates it"
        return _times_out(call, why)
    gateway = ec2.nat_gateways().get(route.get("NatGatewayId", ""))
    if gateway is None:
        why = f"{name} has a route to {route.get('GatewayId')}, but no public address"
        return _times_out(call, why)
    public = _table(str(table["VpcId"]), gateway["SubnetId"])
    onward = [r for r in public["Routes"] if str(r.get("GatewayId", "")).startswith("igw-")]
    if not onward or gateway["ConnectivityType"] == "private":
        return _times_out(call, f"the NAT gateway's subnet {gateway['SubnetId']} has no way out")
    return None


def _lets_out(
    groups: Iterable[str],
    blocks: Sequence[str],
    theirs: Sequence[str],
    *,
    prefix_lists: bool = False,
) -> bool:
    return any(
        _matches(rule, blocks, theirs)
        or (prefix_lists and _is_https(rule) and rule["PrefixListIds"])
        for rule in _rules(groups, "IpPermissionsEgress")
    )


def _rules(groups: Iterable[str], direction: str) -> Iterator[Mapping[str, Any]]:
    for group in groups:
        for rule in (ec2.security_groups().get(group) or {}).get(direction) or ():
            yield {"PrefixListIds": [], **rule}


def _is_https(rule: Mapping[str, Any]) -> bool:
    protocol = str(rule.get("IpProtocol", "-1"))
    if protocol == "-1":
        return True
    first, last = int(rule.get("FromPort", -1)), int(rule.get("ToPort", -1))
    return protocol in ("tcp", "6") and (first == -1 or first <= HTTPS <= last)


def _matches(rule: Mapping[str, Any], blocks: Sequence[str], groups: Sequence[str]) -> bool:
    """Whether a rule is for HTTPS, and for all of the ranges or one of the groups."""
    if not _is_https(rule):
        return False
    if any(pair.get("GroupId") in groups for pair in rule.get("UserIdGroupPairs") or ()):
        return True
    ranges = [ipaddress.IPv4Network(row["CidrIp"]) for row in rule.get("IpRanges") or ()]
    wanted = [ipaddress.IPv4Network(block) for block in blocks]
    return bool(wanted) and all(any(block.subnet_of(r) for r in ranges) for block in wanted)


def _policy_refusal(endpoint: Record, call: Call) -> str | None:
    """AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"."""
    policy = endpoint.get("PolicyDocument")
    if not policy or not call.principal:
        return None
    question = iam.question(
        principal_arn=call.principal,
        principal_type="AssumedRole",
        principal_account=call.principal.split(":")[4],
        action=call.action,
        resource_arn=call.resource,
        region=get_region(),
        secure_transport=True,
        service_context={
            "aws:sourcevpce": endpoint["VpcEndpointId"],
            "aws:sourcevpc": endpoint["VpcId"],
        },
    )
    if iam.resource_decision(policy, question).decision == "Allow":
        return None
    return (
        f"User: {call.principal} is not authorized to perform: {call.action} on resource: "
        f"{call.resource} because no VPC endpoint policy allows the {call.action} action "
        f"({endpoint['VpcEndpointId']})"
    )


def _times_out(call: Call, why: str) -> str:
    return f"Connect timeout on endpoint of {call.service}: {why}"
