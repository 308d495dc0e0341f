"""Network interfaces that a service makes in the VPC with a role: where, and nowhere else.

Sources: "Use AWS CodeBuild with Amazon VPC", CodeBuild User Guide; "CreateTrainingJob API:
execution role permissions", SageMaker Developer Guide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mlops_rehearsal.behaviour.asking import Need
from mlops_rehearsal.behaviour.stack import Stack

DESCRIBED: Final = tuple(
    f"ec2:Describe{name}"
    for name in ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
)
CREATE: Final = ("ec2:CreateNetworkInterface",)
HAND: Final = ("ec2:CreateNetworkInterfacePermission",)
DELETE: Final = ("ec2:DeleteNetworkInterface",)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a workload is in the network."""

    vpc: str
    subnets: Sequence[str]
    groups: Sequence[str]


def interfaces(stack: Stack, place: Place, service: str) -> Iterator[Need]:
    """What a service does with the role of a workload."""
    arn = f"arn:aws:ec2:{stack.region}:{stack.account}"
    interface = f"{arn}:network-interface/eni-0a"
    yield Need(why="look at the VPC", actions=DESCRIBED)
    for subnet in place.subnets:
        inside = _inside(arn, place.vpc, subnet, service)
        on = f"{arn}:subnet/{subnet}"
        yield Need(why="join the subnet", actions=CREATE, resource=on, context=inside)
        yield Need(why=f"hand to {service}", actions=HAND, resource=interface, context=inside)
        take = DELETE if service == "codebuild" else (*DELETE, f"{DELETE[0]}Permission")
        yield Need(why="clean up", actions=take, resource=interface, context=inside)
    for group in place.groups:
        on = f"{arn}:security-group/{group}"
        yield Need(why="join with the group", actions=CREATE, resource=on)
    yield Need(why="make an interface", actions=CREATE, resource=interface)


def elsewhere(stack: Stack, place: Place, service: str) -> Iterator[Need]:
    """What nobody does with the role: it joins nothing but the private subnets with their group."""
    arn = f"arn:aws:ec2:{stack.region}:{stack.account}"
    interface = f"{arn}:network-interface/eni-0a"
    other = _inside(arn, "vpc-of-others", "subnet-of-others", service)
    on = f"{arn}:subnet/subnet-of-others"
    yield Need(why="join any subnet", actions=CREATE, resource=on, context=other)
    on = f"{arn}:security-group/sg-of-others"
    yield Need(why="join with any group", actions=CREATE, resource=on)
    yield Need(
        why="hand over or delete interfaces of others",
        actions=(*HAND, *DELETE),
        resource=interface,
        context=other,
    )
    if service == "codebuild":
        for subnet in place.subnets:
            own = {**_inside(arn, place.vpc, subnet, service), "ec2:AuthorizedService": "x"}
            yield Need(
                why="hand its interface to others", actions=HAND, resource=interface, context=own
            )


def _inside(arn: str, vpc: str, subnet: str, service: str) -> dict[str, str]:
    return {
        "ec2:Vpc": f"{arn}:vpc/{vpc}",
        "ec2:Subnet": f"{arn}:subnet/{subnet}",
        "ec2:SubnetID": subnet,
        "ec2:AuthorizedService": f"{service}.amazonaws.com",
    }
