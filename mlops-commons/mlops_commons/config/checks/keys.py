"""Checks of existing keys: a service uses a key of its own region, by an id that is there."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config.document import KeyPath
from mlops_commons.config.key_places import Place, places_of
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.values import region_partitions
from mlops_commons.organization import ACCOUNT, REGION, KeyPurpose
from mlops_commons.utilities.errors import Problem

KEYS: Final[KeyPath] = (APP_ROOT, "org", "keys")
MULTI_REGION: Final = "key/mrk-"
"""KMS Developer Guide, "Multi-Region keys": their ids begin so, and are the same in all regions
of one account."""


def keys_where_they_are_used(sources: Sources) -> Iterator[Problem]:
    """A key of the partition and region of every place, with an id that can be there."""
    keys = sources.config.org.keys
    for purpose in KeyPurpose if keys else ():
        named: str = getattr(keys, purpose)
        places = places_of(sources.config, purpose)
        message = _problem(named, places) if named else ""
        if message:
            yield sources.app_document.problem((*KEYS, purpose), message)


def _problem(named: str, places: tuple[Place, ...]) -> str:
    """The first that AWS would refuse; empty for nothing."""
    accounts = sorted({account for account, _ in places})
    regions = sorted({region for _, region in places})
    if ACCOUNT in named and len(accounts) > 1:
        return (
            f"'{named}' stands for keys of {', '.join(accounts)}, and KMS makes up the id of each "
            "key: no two accounts have one in common; name the account of the key"
        )
    if REGION in named and len(regions) > 1 and MULTI_REGION not in named:
        return (
            f"'{named}' stands for keys in {', '.join(regions)}, and only a multi-Region key, "
            "'mrk-...', has one id in several; name one"
        )
    return next((found for region in regions if (found := _elsewhere(named, region))), "")


def _elsewhere(named: str, region: str) -> str:
    _, partition, _, where, *_ = named.replace(REGION, region).split(":")
    wanted = region_partitions().get(region, partition)
    if partition != wanted:
        return f"'{named}' is in the partition '{partition}', and {region} in '{wanted}'"
    if where != region:
        return (
            f"'{named}' is in {where}, and {region} uses it: services use keys of their own "
            f"region; replicate a multi-Region key and write '{REGION}'"
        )
    return ""
