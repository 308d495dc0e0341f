"""What no single value shows: the table of checks across the files."""

from collections.abc import Callable, Iterator
from typing import Final

from mlops_commons.config import account_checks, network_checks
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import Problem

CHECKS: Final[tuple[Callable[[Sources], Iterator[Problem]], ...]] = (
    account_checks.duplicate_sets,
    account_checks.duplicate_stages,
    account_checks.missing_dev,
    account_checks.shared_places,
    account_checks.shared_service_catalog_roles,
    account_checks.derived_names,
    account_checks.studio_names,
    account_checks.unknown_places,
    network_checks.subnets_fit,
    network_checks.gateways_fit,
    network_checks.import_endpoints,
    network_checks.overlapping_ranges,
    account_checks.tags_allowed,
    account_checks.policies_in_their_account,
)
"""To add a check, write a function that yields problems and name it here."""
