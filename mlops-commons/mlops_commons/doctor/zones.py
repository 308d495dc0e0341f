"""Whether each endpoint's service is in the zones where a stage's network wants it.

An endpoint whose service lacks the zone of one of its subnets ends the deployment ("The VPC
endpoint service ... does not support the availability zone of the subnet"), and which zone is
called by which name differs from account to account: only the account itself can say it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mlops_commons.accounts.bootstrap_plan import BootstrapRow
from mlops_commons.config import CreateNetwork, ImportNetwork, PlatformConfig
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.doctor.stage_networks import StageNetwork, stage_networks

REMEDY: Final = "edit mlops-infra/config/cdk-infra-app.yml"
Services = Mapping[str, frozenset[str]]
"""The zones of each endpoint service."""


def look_at_zones(
    area: str, row: BootstrapRow, ec2: Any, config: PlatformConfig
) -> Iterator[Finding]:
    """Findings about the zones of every stage of an account and region.

    Args:
        ec2: a client that is signed in there.

    Raises:
        ClientError: a call is refused.
    """
    stages = [wanted for wanted in stage_networks(row, config) if wanted.rows]
    if not stages:
        return
    services = _services(ec2)
    for wanted in stages:
        yield from _stage(area, row.region, wanted, services, ec2)


def _services(ec2: Any) -> Services:
    found: dict[str, frozenset[str]] = {}
    request: dict[str, str] = {}
    while True:
        answer = ec2.describe_vpc_endpoint_services(**request)
        for details in answer["ServiceDetails"]:
            found[details["ServiceName"]] = frozenset(details.get("AvailabilityZones", ()))
        if not answer.get("NextToken"):
            return found
        request = {"NextToken": answer["NextToken"]}


def _stage(
    area: str, region: str, wanted: StageNetwork, services: Services, ec2: Any
) -> Iterator[Finding]:
    names = {row.key: row.service_name(region) for row in wanted.rows}
    for key in sorted(key for key, name in names.items() if name not in services):
        message = f"{wanted.stage}: {region} offers no endpoint '{names[key]}'; switch '{key}' off"
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=REMEDY)
    known = {key: services[name] for key, name in names.items() if name in services}
    network = wanted.network
    problems = (
        _created(network, known, ec2)
        if isinstance(network, CreateNetwork)
        else _imported(network, known, ec2)
    )
    said = [f"{wanted.stage}: {problem}" for problem in problems]
    for message in said:
        yield Finding(level=Level.ERROR, area=area, message=message, remedy=REMEDY)
    if not said and len(known) == len(names):
        message = f"{wanted.stage}: its {len(names)} interface endpoints are in all of their zones"
        yield Finding(level=Level.OK, area=area, message=message)


def _created(network: CreateNetwork, known: Services, ec2: Any) -> Iterator[str]:
    known_as = _zones(ec2, by_id=network.has_zone_ids)
    zones = tuple(known_as.values())
    absent = sorted(set(network.availability_zones) - set(known_as))
    if absent:
        yield f"the account has no zone {', '.join(absent)}; it has {', '.join(known_as)}"
        return
    wanted = tuple(known_as[z] for z in network.availability_zones) or zones[: network.max_azs]
    if len(wanted) < network.max_azs:
        yield (
            f"the account has {len(zones)} zones, {network.max_azs} are wanted; set "
            f"vpc_max_azs: {len(zones)}"
        )
    outside = _outside(wanted[: network.endpoint_azs], known)
    if outside:
        fit = [n for n, zone in known_as.items() if all(zone in found for found in known.values())]
        yield f"{outside}; name others in availability_zones: {_some(fit)}"


def _imported(network: ImportNetwork, known: Services, ec2: Any) -> Iterator[str]:
    found = ec2.describe_subnets(SubnetIds=[*network.subnets_of_endpoints])["Subnets"]
    zones = {row["SubnetId"]: str(row["AvailabilityZone"]) for row in found}
    fit = [subnet for subnet in zones if all(zones[subnet] in found for found in known.values())]
    proposed = list({zones[subnet]: subnet for subnet in reversed(fit)}.values())[::-1]
    remedy = f"name one of each zone in endpoint_subnets: {_some(proposed)}"
    double = sorted(zone for zone, count in Counter(zones.values()).items() if count > 1)
    if double:
        yield f"several subnets of its endpoints are in {', '.join(double)}; {remedy}"
    outside = _outside(sorted(set(zones.values())), known)
    if outside:
        yield f"{outside}; {remedy}"


def _zones(ec2: Any, *, by_id: bool) -> Mapping[str, str]:
    """The zones that `Fn::GetAZs` gives, in its order: names, by what the configuration calls them.

    Source: AWS CloudFormation Template Reference, Fn::GetAZs: it "returns only Availability Zones
    that have a default subnet unless none of the Availability Zones has a default subnet".
    """
    filters = [{"Name": "zone-type", "Values": ["availability-zone"]}]
    found = ec2.describe_availability_zones(Filters=filters)["AvailabilityZones"]
    called = "ZoneId" if by_id else "ZoneName"
    zones = {
        str(row[called]): str(row["ZoneName"])
        for row in sorted(found, key=lambda row: str(row["ZoneName"]))
        if row["State"] == "available"
    }
    only = [{"Name": "default-for-az", "Values": ["true"]}]
    default = {row["AvailabilityZone"] for row in ec2.describe_subnets(Filters=only)["Subnets"]}
    return {known: zone for known, zone in zones.items() if zone in default} or zones


def _outside(zones: Sequence[str], known: Services) -> str:
    """Which endpoints are not offered in which of the zones; empty where all are."""
    found = {
        zone: sorted(key for key, there in known.items() if zone not in there) for zone in zones
    }
    return "; ".join(f"{zone} has no {', '.join(keys)}" for zone, keys in found.items() if keys)


def _some(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]" if names else "none has all of them, so switch some off"
