"""What a gate asks of one number of the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A number of the report, and what it must be.

    Attributes:
        parameter: its name in what a version records, such as `MinimumSkill`.
        option: its name on the command line.
        what: the number in words.
        path: where it stands in the report.
        at_most: it may be at most the limit; else it must be at least the limit.
    """

    parameter: str
    option: str
    what: str
    path: tuple[str, ...]
    limit: float
    at_most: bool = False

    @property
    def json_path(self) -> str:
        """The path as SageMaker's pipelines write it."""
        return ".".join(self.path)

    @property
    def allowed(self) -> str:
        """Which side of the limit is allowed, in words."""
        return "at most" if self.at_most else "at least"

    def value(self, report: Mapping[str, Any]) -> float:
        """The number of a report."""
        found: Any = report
        for name in self.path:
            found = found[name]
        return float(found)

    def holds(self, value: float, limit: float) -> bool:
        """Whether a number is within a limit; what is no number never is."""
        return value <= limit if self.at_most else value >= limit
