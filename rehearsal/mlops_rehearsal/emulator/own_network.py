"""A network that somebody has made before the platform comes."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OwnNetwork:
    """What the emulator makes of it.

    Attributes:
        vpc_cidr: empty for any range.
        route_table_ids: each of all its subnets, with a way out.
    """

    vpc_id: str
    vpc_cidr: str = ""
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    route_table_ids: tuple[str, ...] = ()
