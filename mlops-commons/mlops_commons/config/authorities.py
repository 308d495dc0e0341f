"""Whether the organization's authorities are still valid.

No check of `checks/`, which every synthesis makes: what is synthesised depends on no clock.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from mlops_commons.config.certificates import authorities
from mlops_commons.config.document import KeyPath
from mlops_commons.config.sources import APP_ROOT, Sources
from mlops_commons.config.validation import HINT
from mlops_commons.utilities.errors import ConfigError, Problem

PATH: Final[KeyPath] = (APP_ROOT, "org", "builds", "ca_certificates")


def check_authorities(sources: Sources, today: date) -> None:
    """Refuse certificates that are not valid any more.

    Raises:
        ConfigError: every one of them.
    """
    problems = list(ended(sources, today))
    if problems:
        raise ConfigError(problems, hint=HINT)


def ended(sources: Sources, today: date) -> Iterator[Problem]:
    """Certificates that nothing trusts any more."""
    for authority in authorities(sources.config.org.builds.ca_certificates):
        if authority.ends < today:
            message = (
                f"the certificate of '{authority.name}' has ended on {authority.ends}, and no "
                "program trusts what it signs; write the one that follows it"
            )
            yield sources.app_document.problem(PATH, message)
