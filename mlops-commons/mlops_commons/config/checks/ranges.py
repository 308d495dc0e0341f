"""Checks of address ranges: which may be together in a VPC, and which in a set."""

import ipaddress
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Final

from mlops_commons.config.checks.networks import networks
from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import Sources
from mlops_commons.stage import CreateNetwork, ImportNetwork
from mlops_commons.utilities.errors import Problem

Range = ipaddress.IPv4Network
MOST_RANGES: Final = 5
"""Amazon VPC quotas, "IPv4 CIDR blocks per VPC": the primary range and all secondary ones."""
PRIVATE: Final = tuple(map(Range, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918."""
NOT_ADDED: Final = Range("198.19.0.0/16")
NOT_ADDED_TO_172: Final = Range("172.31.0.0/16")
START_OF_10: Final = Range("10.0.0.0/15")
NOT_ADDED_TO_START: Final = Range("10.0.0.0/16")


def ranges_of_a_vpc_differ(sources: Sources) -> Iterator[Problem]:
    """Amazon VPC User Guide, "VPC CIDR blocks": those of one VPC do not overlap."""
    found = [(path, network.cidrs) for path, network in networks(sources, CreateNetwork)]
    found += [(path, network.cidrs) for path, network in networks(sources, ImportNetwork)]
    for path, cidrs in found:
        for one, other in combinations(map(Range, cidrs), 2):
            if one.overlaps(other):
                message = f"'{other}' overlaps with '{one}', and ranges of one VPC do not"
                where = sources.ranges_path(path, "secondary_cidrs")
                yield sources.infra_document.problem(where, message)


def ranges_of_a_vpc_may_be_together(sources: Sources) -> Iterator[Problem]:
    """What Amazon EC2 refuses to add to a VPC; one that is imported has its ranges already.

    Source: Amazon VPC User Guide, "IPv4 CIDR block association restrictions".
    """
    for path, network in networks(sources, CreateNetwork):
        where = sources.ranges_path(path, "secondary_cidrs")
        if len(network.cidrs) > MOST_RANGES:
            message = (
                f"{len(network.cidrs)} ranges; a VPC has {MOST_RANGES} at most, vpc_cidr among "
                "them (Amazon VPC quotas): take fewer and larger ones"
            )
            yield sources.infra_document.problem(where, message)
        primary, *further = map(Range, network.cidrs)
        for added in further:
            others = [primary, *(known for known in further if known != added)]
            if reason := _refused(primary, added, others):
                message = f"'{added}' cannot be added to a VPC with '{primary}': {reason}"
                yield sources.infra_document.problem(where, message)


def _refused(primary: Range, added: Range, others: Sequence[Range]) -> str:
    """Why Amazon EC2 refuses to add a range; empty where it does not."""
    alike = next((block for block in PRIVATE if primary.subnet_of(block)), None)
    own = next((block for block in PRIVATE if added.subnet_of(block)), None)
    if own and own != alike:
        allowed = f"{alike}, " if alike else ""
        return f"it is in {own}; take one of {allowed}100.64.0.0/10 or a public range"
    if added.subnet_of(NOT_ADDED) and not primary.subnet_of(NOT_ADDED):
        return f"Amazon EC2 adds no range of {NOT_ADDED}; take one of 100.64.0.0/10"
    if added.subnet_of(NOT_ADDED_TO_172):
        return f"Amazon EC2 adds no range of {NOT_ADDED_TO_172}"
    if added.subnet_of(NOT_ADDED_TO_START) and any(map(START_OF_10.overlaps, others)):
        return f"no range of {NOT_ADDED_TO_START} is added beside one of {START_OF_10}"
    return ""


def overlapping_ranges(sources: Sources) -> Iterator[Problem]:
    """Ranges that overlap within a set can never be connected with each other.

    Secondary ranges that are translated may be alike in all stages: nothing routes between them.
    Stages that all inherit one default are left alone: that is the reference system's sample. So
    are networks that are imported: nobody here can change their ranges.
    """
    by_set: dict[str, list[tuple[KeyPath, str, CreateNetwork]]] = {}
    for _, deployment, stage in sources.stages():
        network = sources.config.network(deployment.set_name, stage.stage_name)
        path = sources.network_path(deployment.set_name, stage.stage_name)
        written = (*path, "vpc_cidr") in sources.infra_document.lines
        if isinstance(network, CreateNetwork) and written:
            entry = (path, stage.stage_name, network)
            by_set.setdefault(deployment.set_name, []).append(entry)
    for entries in by_set.values():
        for (first_path, first, one), (path, name, other) in combinations(entries, 2):
            for mine, theirs in _in_conflict(one, other) if first_path != path else ():
                message = f"'{theirs}' of stage '{name}' overlaps with '{mine}' of stage '{first}'"
                key = "vpc_cidr" if theirs == other.vpc_cidr else "secondary_cidrs"
                yield sources.infra_document.problem(sources.ranges_path(path, key), message)


def _in_conflict(one: CreateNetwork, other: CreateNetwork) -> Iterator[tuple[str, str]]:
    """Pairs that overlap, of which at least one is a range that others may know."""
    for mine, theirs in product(one.cidrs, other.cidrs):
        known = mine in one.routable_cidrs or theirs in other.routable_cidrs
        if known and Range(mine).overlaps(Range(theirs)):
            yield mine, theirs
