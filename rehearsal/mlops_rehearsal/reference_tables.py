"""The table of the rehearsal's page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_rehearsal.world.reality import PARTS

REHEARSAL: Final = "docs/rehearsal.md"


def parts_of_a_rehearsal() -> GeneratedTable:
    """What a rehearsal shows of each part, and what only AWS can show."""
    rows = [(part.name, part.shown.value, part.how) for part in PARTS]
    heading = ("Part", "Shown here", "How")
    return GeneratedTable(
        name="parts of a rehearsal", files=(REHEARSAL,), heading=heading, rows=rows
    )


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (parts_of_a_rehearsal(),)


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
