"""A table of one's own, for the projects of a rehearsal."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Adoption:
    """A file with a table, and the column that a model is to predict."""

    file: Path
    label: str
