"""Security groups and endpoints: what a workload reaches, and who reaches it.

Sources: "Security group rules", Amazon VPC User Guide; "Access an AWS service using an interface
VPC endpoint" and "DNS attributes for your VPC", AWS PrivateLink Guide.
"""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

from mlops_rehearsal.behaviour.checks.subnets import ANYWHERE, blocks, private_subnets
from mlops_rehearsal.behaviour.stack import Resource, Stack

HTTPS: Final = 443
EVERY: Final = (0, 65535)
NOBODY: Final = "255.255.255.255/32"


def endpoints_answer(stack: Stack) -> Iterator[str]:
    """By the private name of the service, in private subnets, on HTTPS from the whole VPC."""
    wanted = {stack.ref(subnet.id) for subnet in private_subnets(stack)}
    for endpoint in stack.of_type("AWS::EC2::VPCEndpoint"):
        known = endpoint.properties
        if f".{stack.region}." not in known["ServiceName"]:
            yield f"{endpoint.id}: {known['ServiceName']} is not a service of {stack.region}"
        if known["VpcEndpointType"] == "Interface":
            yield from _interface(stack, endpoint, wanted)
        elif not known["ServiceName"].endswith((".s3", ".dynamodb")):
            yield f"{endpoint.id}: only S3 and DynamoDB have gateway endpoints"


def private_names_are_answered(stack: Stack) -> Iterator[str]:
    """Private names of endpoints need both DNS switches of the VPC."""
    for network in stack.of_type("AWS::EC2::VPC"):
        known = network.properties
        support = known.get("EnableDnsSupport", True) is True
        if not support or known["EnableDnsHostnames"] is not True:
            yield f"{network.id} does not answer for private names"


def workloads_call_out_on_https(stack: Stack) -> Iterator[str]:
    """Groups of jobs and Studio: out on HTTPS to anywhere, else nothing."""
    for group in stack.of_type("AWS::EC2::SecurityGroup"):
        out = group.properties.get("SecurityGroupEgress")
        if out is None:
            yield f"{group.id} has the rule that EC2 gives: out to anywhere on every port"
        elif not group.properties["SecurityGroupIngress"]:
            if not any(_covers(rule, ANYWHERE) for rule in out):
                yield f"{group.id} does not let HTTPS out"
            if any(_ports(rule) != (HTTPS, HTTPS) for rule in out):
                yield f"{group.id} lets more than HTTPS out"


def endpoints_call_nobody(stack: Stack) -> Iterator[str]:
    """The group of endpoints lets HTTPS of the VPC in, and nothing out."""
    for group in stack.of_type("AWS::EC2::SecurityGroup"):
        for rule in group.properties["SecurityGroupIngress"]:
            if _ports(rule) != (HTTPS, HTTPS) or rule.get("CidrIp") not in blocks(stack):
                yield f"{group.id} lets in other than HTTPS from the VPC"
        if group.properties["SecurityGroupIngress"]:
            for rule in group.properties["SecurityGroupEgress"]:
                if rule.get("CidrIp") != NOBODY:
                    yield f"{group.id} lets endpoints call out"


def members_reach_each_other(stack: Stack) -> Iterator[str]:
    """Members of a group reach each other on every port, and nobody else does.

    Source: "Give SageMaker AI training jobs access to resources in your Amazon VPC" (distributed
    training) and "Connect Studio notebooks in a VPC" (TCP within the group).
    """
    for group in stack.of_type("AWS::EC2::SecurityGroup"):
        if group.properties["SecurityGroupIngress"]:
            continue
        for kind, peer in (("Ingress", "Source"), ("Egress", "Destination")):
            itself = stack.ref(group.id)
            rules = [r.properties for r in stack.of_type(f"AWS::EC2::SecurityGroup{kind}")]
            own = [r for r in rules if r["GroupId"] == itself]
            peers = [r[f"{peer}SecurityGroupId"] for r in own if _ports(r) == EVERY]
            if itself not in peers:
                yield f"members of {group.id} do not reach each other: {kind}"
            if any(r[f"{peer}SecurityGroupId"] != itself for r in own):
                yield f"{group.id} is open for others: {kind}"


def _interface(stack: Stack, endpoint: Resource, wanted: set[str]) -> Iterator[str]:
    known = endpoint.properties
    if known["PrivateDnsEnabled"] is not True:
        yield f"{endpoint.id} does not answer to the name of its service"
    # One zone less costs less; the private name leads every subnet to the ones that are there.
    if not known["SubnetIds"] or not set(known["SubnetIds"]) <= wanted:
        yield f"{endpoint.id} is not in private subnets"
    groups = [
        stack.referenced(group, "AWS::EC2::SecurityGroup") for group in known["SecurityGroupIds"]
    ]
    rules = [r for g in groups if g for r in g.properties["SecurityGroupIngress"]]
    if not all(any(_covers(rule, block) for rule in rules) for block in blocks(stack)):
        yield f"{endpoint.id}: its security group does not let the VPC in on {HTTPS}"


def _covers(rule: Any, cidr: str) -> bool:
    if not cidr:
        return False
    first, last = _ports(rule)
    whole: Any = ip_network(rule.get("CidrIp", "0.0.0.0/32"))
    inside: Any = ip_network(cidr)
    right = rule.get("IpProtocol") in ("tcp", "-1") and first <= HTTPS <= last
    return right and bool(inside.subnet_of(whole))


def _ports(rule: Any) -> tuple[int, int]:
    if rule.get("IpProtocol") == "-1":
        return EVERY
    return rule.get("FromPort", -1), rule.get("ToPort", -1)
