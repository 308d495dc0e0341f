"""Templates with one thing wrong, each in a way that a slip of the hand makes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlops_rehearsal.behaviour.slips import SLIPS
from mlops_rehearsal.behaviour.walking import Path, with_value


@dataclass(frozen=True)
class Mutant:
    """One change of a template.

    Attributes:
        kind: what kind of slip it is.
        path: where, from the resource on.
        change: what was changed into what.
    """

    kind: str
    path: Path
    change: str
    template: Mapping[str, Any] = field(repr=False)
    type: str = ""

    @property
    def resource(self) -> str:
        """The logical id."""
        return str(self.path[0])

    def __str__(self) -> str:
        return f"{self.kind}: {'.'.join(map(str, self.path))}: {self.change}"


def mutants(template: Mapping[str, Any]) -> Iterator[Mutant]:
    """Every mutant of a template, in its order."""
    for key, resource in template["Resources"].items():
        for operator in SLIPS:
            for kind, path, change, value in operator(key, resource, template):
                changed = with_value(resource, path, value)
                made = {**template, "Resources": {**template["Resources"], key: changed}}
                yield Mutant(kind, (key, *path), change, made, resource["Type"])
