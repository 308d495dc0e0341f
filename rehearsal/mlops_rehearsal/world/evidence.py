"""What an act has shown, as data that the screen, the report and scripts can read."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Evidence:
    """Rows of one kind.

    Attributes:
        kind: what the rows are, such as `stacks`.
        rows: their columns by name; all rows have the same columns.
    """

    kind: str
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Played:
    """An act that has ended well; `seconds` is how long it took."""

    number: int
    name: str
    title: str
    seconds: float
    evidence: tuple[Evidence, ...]

    def as_json(self) -> dict[str, object]:
        """The act as JSON has it."""
        return {
            "number": self.number,
            "name": self.name,
            "title": self.title,
            "seconds": round(self.seconds, 1),
            "evidence": {found.kind: [dict(row) for row in found.rows] for found in self.evidence},
        }
