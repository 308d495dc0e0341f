"""Checks of how builds reach an organization's network."""

from collections.abc import Iterator

from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem


def proxies_are_reached(sources: Sources) -> Iterator[Problem]:
    """A proxy is inside of a network, and so are the builds that use it."""
    builds = sources.config.org.builds
    if builds.proxy and builds.vpc is None:
        message = (
            "without 'vpc', builds of delivery pipelines run outside of any VPC, from where a "
            "proxy of the organization is not reached; name a VPC of the governance account"
        )
        yield sources.app_document.problem((APP_ROOT, "org", "builds", "proxy"), message)


def parts_of_the_vpc_differ(sources: Sources) -> Iterator[Problem]:
    """A network interface of a build has each group once, and a zone's subnet once."""
    vpc = sources.config.org.builds.vpc
    for key in ("subnet_ids", "security_group_ids") if vpc else ():
        named: tuple[str, ...] = getattr(vpc, key)
        for position, name in enumerate(named):
            if name in named[:position]:
                path = (APP_ROOT, "org", "builds", "vpc", key, position)
                message = f"'{name}' stands there twice; remove one"
                yield sources.app_document.problem(path, message)
