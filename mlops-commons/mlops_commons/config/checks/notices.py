"""Checks of who is told what the pipelines do."""

from collections.abc import Iterator

from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.utilities.errors import Problem

NOTIFY: KeyPath = (APP_ROOT, "pipeline", "notify")


def addresses_differ(sources: Sources) -> Iterator[Problem]:
    """Two subscriptions of one address are one resource of CloudFormation twice."""
    addresses = [address.lower() for address in sources.config.pipeline.notify]
    for index, address in enumerate(addresses):
        if address in addresses[:index]:
            message = f"'{address}' stands there twice; remove one"
            yield sources.app_document.problem((*NOTIFY, index), message)
