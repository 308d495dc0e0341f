"""Address ranges: which a VPC has, and where its subnets lie in them.

Source: "VPC CIDR blocks", Amazon VPC User Guide.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import combinations

from mlops_rehearsal.behaviour.checks.subnets import vpc
from mlops_rehearsal.behaviour.stack import Resource, Stack

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")


def ranges_fit(stack: Stack) -> Iterator[str]:
    """Subnets lie in the private ranges of the VPC, apart from each other."""
    network = vpc(stack)
    if network is None:
        return
    subnets, further = list(stack.of_type("AWS::EC2::Subnet")), _further(stack)
    places = (network, *further, *subnets)
    unknown = [found.id for found in places if not found.properties["CidrBlock"]]
    if unknown:
        yield f"{', '.join(unknown)}: without a range"
        return
    wholes = [_range(found) for found in (network, *further)]
    for whole in wholes:
        if not _is_in(whole, map(IPv4Network, PRIVATE)):
            yield f"the VPC has the range {whole}, which is not for private networks"
    for subnet in subnets:
        if not _is_in(_range(subnet), wholes):
            yield f"{subnet.id} is outside the VPC"
    yield from _overlaps((network, *further))
    yield from _overlaps(subnets)


def ranges_are_of_the_network(stack: Stack) -> Iterator[str]:
    """Each further range is added to the VPC of the stage, before a subnet is made in it."""
    network = vpc(stack)
    for added in _further(stack):
        if network is None or added.properties["VpcId"] != stack.ref(network.id):
            yield f"{added.id} is not about the VPC of the stage"
        for subnet in stack.of_type("AWS::EC2::Subnet"):
            blocks = [found.properties["CidrBlock"] for found in (added, subnet)]
            inside = all(blocks) and _range(subnet).subnet_of(_range(added))
            if inside and added.id not in subnet.depends:
                yield f"{subnet.id} may be made before {added.id}"


def _is_in(own: IPv4Network, blocks: Iterable[IPv4Network]) -> bool:
    return any(map(own.subnet_of, blocks))


def _overlaps(found: Iterable[Resource]) -> Iterator[str]:
    for one, other in combinations(found, 2):
        if _range(one).overlaps(_range(other)):
            yield f"{one.id} and {other.id} overlap"


def _further(stack: Stack) -> list[Resource]:
    return list(stack.of_type("AWS::EC2::VPCCidrBlock"))


def _range(found: Resource) -> IPv4Network:
    return IPv4Network(found.properties["CidrBlock"])
