"""Checks of availability zones: those of the region, as many as there are, each once."""

import re
from collections.abc import Iterator
from string import ascii_lowercase
from typing import Final

from mlops_commons.config.checks.networks import GATEWAYS
from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.region_services import ZONES_OF_NEW_ACCOUNTS, most_zones
from mlops_commons.stage import CreateNetwork, ImportNetwork, is_zone_id
from mlops_commons.utilities.errors import Problem
from mlops_commons.utilities.names import region_code

KEY: Final = "availability_zones"
KNOWN_CODES: Final = ("aws", "aws-cn", "aws-us-gov")
"""Partitions in which an id begins with the region's letters (AWS Regions and Availability Zones,
"AWS Availability Zones"); of others nothing is known."""
ONE_MORE: Final = 1
"""A region gets one zone at a time, as London its fourth in 2026: whether the next one is there
already only the account knows, which `doctor` asks."""
ZONE: Final = "{region}[a-z]"
"""An availability zone; those with more in their names are Local and Wavelength Zones, which have
neither interface endpoints nor SageMaker (EC2 User Guide, "Regions and Zones")."""


def zones_in_their_region(sources: Sources) -> Iterator[Problem]:
    """Names and ids of zones begin with their region; each zone has one subnet of each group."""
    for path, here, region, network in _created(sources):
        zones, where = network.availability_zones, (*path, KEY)
        foreign = [zone for zone in zones if not zone.startswith(_beginning(zone, region))]
        if foreign:
            message = f"'{foreign[0]}' is not in {region}, the region of {here}"
            yield sources.infra_document.problem(where, message)
        elif len(set(zones)) < len(zones):
            message = f"{here} has a zone twice: {', '.join(zones)}"
            yield sources.infra_document.problem(where, message)
        elif network.has_zone_ids and not all(map(is_zone_id, zones)):
            message = (
                f"{here} has zones by name and by id: {', '.join(zones)}; only AWS knows which of "
                "them are the same, so take one of both"
            )
            yield sources.infra_document.problem(where, message)


def _beginning(zone: str, region: str) -> str:
    if not is_zone_id(zone):
        return region
    return f"{region_code(region)}-" if region_partitions()[region] in KNOWN_CODES else ""


def availability_zones_alone(sources: Sources) -> Iterator[Problem]:
    """Local and Wavelength Zones have the region's name in theirs, but not its services."""
    for path, _, region, network in _created(sources):
        for zone in network.availability_zones:
            if zone.startswith(region) and not re.fullmatch(ZONE.format(region=region), zone):
                message = (
                    f"'{zone}' is no availability zone of {region}, such as '{region}a'; Local and "
                    "Wavelength Zones have no SageMaker"
                )
                yield sources.infra_document.problem((*path, KEY), message)


def zones_that_exist(sources: Sources) -> Iterator[Problem]:
    """Zones have letters and numbers from the first on."""
    for path, here, region, network in _created(sources):
        for index, zone in enumerate(network.availability_zones):
            row = _ids(region) if is_zone_id(zone) else _names(region)
            if _is_of(zone, region) and zone not in row:
                message = (
                    f"'{zone}' is no zone of {region}, the region of {here}; allowed: "
                    f"{', '.join(row[: most_zones(region)])}"
                )
                yield sources.infra_document.problem((*path, KEY, index), message)


def _is_of(zone: str, region: str) -> bool:
    """Whether a zone has the form of those of a region; what has not, other checks refuse."""
    beginning = _beginning(zone, region)
    if is_zone_id(zone):
        return bool(beginning) and zone.startswith(beginning)
    return re.fullmatch(ZONE.format(region=region), zone) is not None


def _names(region: str) -> list[str]:
    return [f"{region}{letter}" for letter in ascii_lowercase[: most_zones(region) + ONE_MORE]]


def _ids(region: str) -> list[str]:
    numbers = range(1, most_zones(region) + ONE_MORE + 1)
    return [f"{region_code(region)}-az{number}" for number in numbers]


def as_many_zones_as_there_are(sources: Sources) -> Iterator[Problem]:
    """Fn::GetAZs gives what the account has, and a zone that it has not ends the deployment."""
    for path, here, region, network in _created(sources):
        new = ZONES_OF_NEW_ACCOUNTS.get(region)
        most = new or most_zones(region) + ONE_MORE
        if network.availability_zones or network.max_azs <= most:
            continue
        known = new or most_zones(region)
        message = (
            f"{here} is to have {network.max_azs} zones, but accounts have {known} in {region}; "
            f"set vpc_max_azs: {known}"
        )
        older = ", or name the zones of an older account in availability_zones" if new else ""
        yield sources.infra_document.problem((*path, "vpc_max_azs"), message + older)


def one_subnet_of_a_zone(sources: Sources) -> Iterator[Problem]:
    """An interface endpoint takes one subnet of a zone, so never more subnets than zones.

    Source: Amazon EC2 API Reference, "Error codes", DuplicateSubnetsInSameZone. Which zone a subnet
    is in only the account knows: `doctor` asks.
    """
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network = sources.config.network(*names)
        if not isinstance(network, ImportNetwork) or stage.region not in region_partitions():
            continue
        interfaces = [key for key, on in network.endpoints.items() if on and key not in GATEWAYS]
        subnets, most = set(network.subnets_of_endpoints), most_zones(stage.region)
        if interfaces and len(subnets) > most + ONE_MORE:
            message = (
                f"endpoint '{interfaces[0]}' would be in {len(subnets)} subnets, and it takes one "
                f"of a zone; {stage.region} has {most}: name one subnet of each zone in "
                "endpoint_subnets"
            )
            key = "endpoint_subnets" if network.endpoint_subnets else "subnets"
            yield sources.infra_document.problem((*sources.network_path(*names), key), message)


def _created(sources: Sources) -> Iterator[tuple[KeyPath, str, str, CreateNetwork]]:
    """Each created network of a stage in a region that AWS has, with its path and its stage."""
    for _, deployment, stage in sources.stages():
        names = (deployment.set_name, stage.stage_name)
        network = sources.config.network(*names)
        if isinstance(network, CreateNetwork) and stage.region in region_partitions():
            here = f"stage '{stage.stage_name}' of set '{deployment.set_name}'"
            yield sources.network_path(*names), here, stage.region, network
