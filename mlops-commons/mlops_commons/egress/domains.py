"""The names that a DNS firewall lets pass in every network."""

from typing import Final

from mlops_commons.utilities.partitions import partition_by_region

PRIVATE_DOMAINS: Final = ("compute.internal", "ec2.internal")
"""Names of addresses inside the VPC, which Amazon Route 53 Resolver answers itself (Amazon VPC User
Guide, "DNS attributes for your VPC")."""


def always_allowed(region: str) -> tuple[str, ...]:
    """The domains of a region's partition, `*.` in front: all names below each.

    Nobody but AWS answers questions for names below its own, so that none of them carries data to
    somebody else's name server.
    """
    here = partition_by_region(region)
    own = (here.suffix, here.dual_stack, here.studio)
    return tuple(f"*.{domain}" for domain in (*filter(None, own), *PRIVATE_DOMAINS))
