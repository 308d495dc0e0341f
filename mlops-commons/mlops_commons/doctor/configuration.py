"""The configuration: whether it loads, and has real accounts."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config import PlatformConfig, placeholder_accounts
from mlops_commons.doctor.finding import Finding, Level

AREA: Final = "configuration"


def look_at_configuration(config: PlatformConfig) -> Iterator[Finding]:
    """Findings about accounts; that the files load has been seen before."""
    sets = config.enabled_deployments
    stages = sum(len(deployment.enabled_stages) for deployment in sets)
    message = f"valid: {len(sets)} account sets with {stages} stages"
    yield Finding(level=Level.OK, area=AREA, message=message)
    placeholders = placeholder_accounts(config)
    if placeholders:
        yield Finding(
            level=Level.ERROR,
            area=AREA,
            message=f"account ids of the shipped sample: {', '.join(placeholders)}",
            remedy="./mlops-multi-account.sh config",
        )
