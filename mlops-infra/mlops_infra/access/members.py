"""Who works on which project, where projects are kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass

from mlops_commons.contract import Persona
from mlops_infra.access.personas import PERSONAS


@dataclass(frozen=True)
class Member:
    """A persona on a project; `project` is an id, or empty for none."""

    persona: Persona
    project: str = ""


def roles_of(members: Iterable[Member]) -> tuple[Member, ...]:
    """The roles of projects: those of people, and those that their jobs run as; each once."""
    jobs = {row.key: row.jobs_run_as for row in PERSONAS}
    found: dict[Member, None] = {}
    for member in members:
        if member.project:
            found[member] = None
            if run_as := jobs[member.persona]:
                found[Member(run_as, member.project)] = None
    return tuple(found)
