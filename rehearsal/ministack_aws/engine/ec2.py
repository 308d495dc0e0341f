"""EC2: networks, and the calls that change them."""

from collections.abc import Callable

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Query, Record, Response, Store

EC2, STORE = "ministack.services.ec2", "AccountRegionScopedDict"

Call = Function[[Query], Response]

actions = Value[dict[str, Callable[[Query], Response]]](EC2, "_ACTION_MAP", "dict")
addresses = Value[Store[str, Record]](EC2, "_addresses", STORE)
internet_gateways = Value[Store[str, Record]](EC2, "_internet_gateways", STORE)
nat_gateways = Value[Store[str, Record]](EC2, "_nat_gateways", STORE)
route_tables = Value[Store[str, Record]](EC2, "_route_tables", STORE)
security_groups = Value[Store[str, Record]](EC2, "_security_groups", STORE)
subnets = Value[Store[str, Record]](EC2, "_subnets", STORE)
vpc_endpoints = Value[Store[str, Record]](EC2, "_vpc_endpoints", STORE)
vpcs = Value[Store[str, Record]](EC2, "_vpcs", STORE)
"""By id; addresses by the id of their allocation."""

allocate_address: Call = Function(EC2, "_allocate_address", "(p)")
authorize_egress: Call = Function(EC2, "_authorize_sg_egress", "(p)")
authorize_ingress: Call = Function(EC2, "_authorize_sg_ingress", "(p)")
create_nat_gateway: Call = Function(EC2, "_create_nat_gateway", "(params)")
revoke_egress: Call = Function(EC2, "_revoke_sg_egress", "(p)")
revoke_ingress: Call = Function(EC2, "_revoke_sg_ingress", "(p)")
zone_id = Function[[str], str](EC2, "_az_id_for_zone_name", "(zone_name)")


def further_ranges(vpc: str) -> dict[str, str]:
    """The secondary ranges of a VPC by the ids of their associations, for which MiniStack has none.

    Those of a VPC that is not there are empty.
    """
    record = vpcs().get(vpc)
    if record is None:
        return {}
    ranges: dict[str, str] = record.setdefault("SecondaryCidrBlocks", {})
    return ranges


def ranges(vpc: str) -> list[str]:
    """The ranges of a VPC, the primary one first."""
    primary = (vpcs().get(vpc) or {}).get("CidrBlock")
    return [*filter(None, (primary, *further_ranges(vpc).values()))]
