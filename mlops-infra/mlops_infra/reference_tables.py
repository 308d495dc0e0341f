"""The tables of this package's README: the personas; run this module to write them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mlops_commons import contract
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_infra.access.personas import LIMITS, PERSONAS
from mlops_infra.access.promises import PEOPLE, PROMISES

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


def promises() -> GeneratedTable:
    """Every deed that a document tells people to do, with who may do it."""
    rows = [
        (
            promise.deed,
            f"`{'/'.join(promise.document.split('/')[-2:])}`",
            *("yes" if persona.key in promise.who else "-" for persona in PERSONAS),
        )
        for promise in PROMISES
    ]
    titles = (persona.title.partition(":")[0] for persona in PERSONAS)
    heading = ("Deed", "Said in", *titles)
    return GeneratedTable(name="deeds", files=(PEOPLE,), heading=heading, rows=rows)


def tables() -> tuple[GeneratedTable, ...]:
    """All tables of this package."""
    return (personas(), promises())


def generated() -> Mapping[Path, str]:
    """The READMEs with these tables."""
    return wanted_texts(tables())
