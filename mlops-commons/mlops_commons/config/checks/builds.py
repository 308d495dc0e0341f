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
