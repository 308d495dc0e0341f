"""Whether a VPC that a stage imports is as the configuration says: no synthesis looks it up.

Sources: Amazon EC2 API Reference, "Error codes" (what is named and is not there, or is of another
VPC, is refused); AWS PrivateLink User Guide, "Manage DNS names for VPC endpoint services" (private
names need both DNS attributes, and a service has one endpoint with them in a VPC); Amazon EC2 User
Guide, "Regions and Zones". The ARN of a shared subnet has its owner's account, as policies compare
it (https://github.com/runs-on/runs-on/issues/463), and participants of a VPC make no endpoints
there (Amazon VPC User Guide, "Responsibilities and permissions for owners and participants").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import ImportNetwork, PlatformConfig
from mlops_commons.contract import TagKey
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.stage_networks import stage_networks
from mlops_commons.vpc_endpoints import VpcEndpoint

GUIDE: Final = "docs/how-to/import-a-vpc.md"
GONE: Final = re.compile(r"Invalid\w*(ID|Id|Group)\.(NotFound|Malformed)")
DNS: Final = ("enableDnsSupport", "enableDnsHostnames")
Problem = tuple[Level, str]


def look_at_imported_networks(
    area: str, row: BootstrapRow, ec2: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the imported VPC of every stage of an account and region; none without one.

    Args:
        ec2: a client that is signed in there.

    Raises:
        ClientError: a call is refused.
    """
    from botocore.exceptions import ClientError

    for wanted in stage_networks(row, config):
        network = wanted.network
        if not isinstance(network, ImportNetwork):
            continue
        problems: list[Problem]
        try:
            problems = [*_problems(network, wanted.rows, row, ec2)]
        except ClientError as error:
            if not GONE.fullmatch(error.response["Error"]["Code"]):
                raise
            problems = [(Level.ERROR, error.response["Error"]["Message"])]
        for level, problem in problems:
            message = f"{wanted.stage}: {problem}"
            yield Finding(level=level, area=area, message=message, remedy=f"see {GUIDE}")
        if not problems:
            message = f"{wanted.stage}: {network.vpc_id} is as the configuration says"
            yield Finding(level=Level.OK, area=area, message=message)


def _problems(
    network: ImportNetwork, rows: Sequence[VpcEndpoint], row: BootstrapRow, ec2: Any
) -> Iterator[Problem]:
    named = [*dict.fromkeys((*network.subnets, *network.endpoint_subnets))]
    subnets = ec2.describe_subnets(SubnetIds=named)["Subnets"]
    groups = ec2.describe_security_groups(GroupIds=[network.base_security_group])["SecurityGroups"]
    found = {each["SubnetId"]: each for each in subnets}
    found |= {each["GroupId"]: each for each in groups}
    if network.route_table_ids:
        tables = ec2.describe_route_tables(RouteTableIds=[*network.route_table_ids])["RouteTables"]
        found |= {each["RouteTableId"]: each for each in tables}
    outside = sorted(name for name, each in found.items() if each["VpcId"] != network.vpc_id)
    if outside:
        yield Level.ERROR, f"{', '.join(outside)} are not in {network.vpc_id}"
    yield from _of_owners(row.account, found)
    yield from _of_zones(network, row.region, subnets)
    (vpc,) = ec2.describe_vpcs(VpcIds=[network.vpc_id])["Vpcs"]
    yield from _of_ranges(network, vpc)
    private = [endpoint for endpoint in rows if endpoint.private_dns]
    if private:
        yield from _of_names(network.vpc_id, row.region, private, ec2)


def _of_owners(account: str, found: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    owners = {name: str(row.get("OwnerId", account)) for name, row in found.items()}
    shared = sorted(name for name, owner in owners.items() if owner != account)
    if shared:
        message = (
            f"{', '.join(shared)} belong to account {owners[shared[0]]}, which shares them: roles "
            "of this stage may use subnets of its own account only, so no job, model or build "
            f"could join them; name a VPC of {account}"
        )
        yield Level.ERROR, message


def _of_zones(
    network: ImportNetwork, region: str, subnets: Sequence[Mapping[str, Any]]
) -> Iterator[Problem]:
    zones = {row["SubnetId"]: str(row["AvailabilityZone"]) for row in subnets}
    for subnet, zone in zones.items():
        if not re.fullmatch(f"{region}[a-z]", zone):
            message = f"{subnet} is in {zone}, a Local or Wavelength Zone, which has no SageMaker"
            yield Level.ERROR, message
    (first, *_), own = network.subnets, {zones.get(name) for name in network.subnets}
    if len(own) == 1 and first in zones:
        message = (
            f"all of its subnets are in {zones[first]}: when this zone fails, everything of the "
            "stage does; name subnets of other zones, too"
        )
        yield Level.WARNING, message


def _of_ranges(network: ImportNetwork, vpc: Mapping[str, Any]) -> Iterator[Problem]:
    ranges = [
        IPv4Network(row["CidrBlock"])
        for row in vpc["CidrBlockAssociationSet"]
        if row["CidrBlockState"]["State"] == "associated"
    ]
    for cidr in network.cidrs:
        if not any(IPv4Network(cidr).subnet_of(known) for known in ranges):
            shown = ", ".join(map(str, ranges))
            message = f"'{cidr}' is no range of {network.vpc_id}, which has {shown}"
            yield Level.ERROR, f"{message}: nothing there could reach its endpoints"


def _of_names(vpc: str, region: str, rows: Sequence[VpcEndpoint], ec2: Any) -> Iterator[Problem]:
    """What EC2 refuses of endpoints with private names."""
    off = [name for name in DNS if not _attribute(ec2, vpc, name)]
    if off:
        message = f"{vpc} has {' and '.join(off)} off, and {rows[0].key} has private names"
        yield Level.ERROR, f"{message}; switch it on, or the endpoints off"
    there = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    others = {
        str(found["ServiceName"])
        for found in there["VpcEndpoints"]
        if found.get("PrivateDnsEnabled") and not _is_ours(found)
    }
    for row in rows:
        if row.service_name(region) in others:
            message = f"{vpc} has an endpoint of '{row.key}' with private names already"
            yield Level.ERROR, f"{message}; switch '{row.key}' off"


def _attribute(ec2: Any, vpc: str, name: str) -> bool:
    answer = ec2.describe_vpc_attribute(VpcId=vpc, Attribute=name)
    return bool(answer[name[0].upper() + name[1:]]["Value"])


def _is_ours(endpoint: Mapping[str, Any]) -> bool:
    return any(tag["Key"] == TagKey.APP for tag in endpoint.get("Tags", ()))
