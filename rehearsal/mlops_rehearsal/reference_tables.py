"""The tables of the pages about rehearsals and security."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_rehearsal.scanners.table import EXPLAINED
from mlops_rehearsal.world.reality import PARTS

REHEARSAL: Final = "docs/rehearsal.md"
SECURITY: Final = "docs/security.md"


def parts_of_a_rehearsal() -> GeneratedTable:
    """What a rehearsal shows of each part, and what only AWS can show."""
    rows = [(part.name, part.shown.value, part.how) for part in PARTS]
    heading = ("Part", "Shown here", "How")
    return GeneratedTable(
        name="parts of a rehearsal", files=(REHEARSAL,), heading=heading, rows=rows
    )


def explained_findings() -> GeneratedTable:
    """What scanners find in the templates and a row explains."""
    rows = [
        (
            "<br>".join(
                f"{scanner}: {', '.join(f'`{rule}`' for rule in rules)}"
                for scanner, rules in row.rules.items()
            ),
            ", ".join(f"`{resource}`" for resource in row.resources),
            row.why,
        )
        for row in EXPLAINED
    ]
    heading = ("Rules", "Resources", "Why")
    return GeneratedTable(name="explained findings", files=(SECURITY,), heading=heading, rows=rows)


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (parts_of_a_rehearsal(), explained_findings())


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
