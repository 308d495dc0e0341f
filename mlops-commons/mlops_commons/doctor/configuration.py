"""The configuration: whether it loads, and has real accounts."""

from collections.abc import Iterator
from typing import Final

from mlops_commons.config import placeholder_accounts
from mlops_commons.config.notes import notes
from mlops_commons.config.sources import Sources
from mlops_commons.doctor.finding import Finding, Level
from mlops_commons.utilities.words import counted

AREA: Final = "configuration"


def look_at_configuration(sources: Sources) -> Iterator[Finding]:
    """Findings about accounts and sets; that the files load has been seen before."""
    config = sources.config
    sets = config.enabled_deployments
    stages = sum(len(deployment.enabled_stages) for deployment in sets)
    found = f"{counted(len(sets), 'account set')} with {counted(stages, 'stage')}"
    message = f"valid: {found}"
    yield Finding(level=Level.OK, area=AREA, message=message)
    for note in notes(sources):
        remedy = f"see {note.file}:{note.line}"
        yield Finding(level=Level.WARNING, area=AREA, message=str(note), remedy=remedy)
    placeholders = placeholder_accounts(config)
    if placeholders:
        yield Finding(
            level=Level.ERROR,
            area=AREA,
            message=f"account ids that stand for yours: {', '.join(placeholders)}",
            remedy="./mlops-multi-account.sh config",
        )
