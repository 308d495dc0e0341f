"""What an act has shown, as data that the screen, the report and scripts can read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mlops_commons.utilities.words import counted

NOUNS: Final = {
    "access": ("permission asked for", "permissions asked for"),
    "portfolio": ("product", "products"),
    "pushes": ("push", "pushes"),
    "bootstrapped": ("account bootstrapped", "accounts bootstrapped"),
    "refused": ("premature removal refused", "premature removals refused"),
    "removed": ("step of removal", "steps of removal"),
    "left over": ("thing that AWS keeps", "things that AWS keeps"),
}
"""One and many of a kind of evidence, where the kind itself is no noun in the plural."""


@dataclass(frozen=True)
class Evidence:
    """Rows of one kind.

    Attributes:
        kind: what the rows are, such as `stacks`.
        rows: their columns by name; all rows have the same columns.
    """

    kind: str
    rows: tuple[Mapping[str, str], ...]

    @property
    def counted(self) -> str:
        """The number of rows in words, such as `1 run in MLflow` and `2 pushes`."""
        one, many = NOUNS.get(self.kind) or (re.sub(r"s\b", "", self.kind, count=1), self.kind)
        return counted(len(self.rows), one, many)


@dataclass(frozen=True, kw_only=True)
class Played:
    """An act that has ended well; `seconds` is how long it took."""

    number: int
    name: str
    title: str
    seconds: float
    evidence: tuple[Evidence, ...]
