"""The tables of this package's README: the personas; run this module to write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons import contract
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_infra.access.personas import LIMITS, PERSONAS

README: Final = "mlops-infra/README.md"


def personas() -> GeneratedTable:
    """Every persona, with what it may and as whom its jobs run."""
    rows = [
        (
            persona.title.partition(":")[0],
            f"`{persona.parameter.value}`",
            "; ".join(row.title for row in persona.policies if row not in LIMITS),
            "; ".join(row.title for row in persona.policies if row in LIMITS) or "-",
            _jobs(persona.key, persona.jobs_run_as),
        )
        for persona in PERSONAS
    ]
    heading = ("Persona", "Role in", "May", "Limits", "Its jobs run as")
    return GeneratedTable(name="personas", files=(README,), heading=heading, rows=rows)


def _jobs(key: contract.Persona, run_as: contract.Persona | None) -> str:
    if run_as is None:
        return "starts none"
    return "itself" if run_as == key else run_as.value.replace("_", " ")


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (personas(),)


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
