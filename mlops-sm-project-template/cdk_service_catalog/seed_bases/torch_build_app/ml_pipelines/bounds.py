"""The gate of a declaration as bounds on the report: the same ones in AWS and on a laptop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ml_pipelines.declared import Declaration

REPORT = "evaluation.json"


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A number of the report, and what it must be at least.

    Attributes:
        parameter: its name as a parameter of the pipeline, such as `MinimumImprovement`.
        what: the number in words.
        path: where it stands in the report.
    """

    parameter: str
    what: str
    path: tuple[str, ...]
    limit: float

    @property
    def json_path(self) -> str:
        """The path as SageMaker's pipelines write it."""
        return ".".join(self.path)

    @property
    def option(self) -> str:
        """Its name on the command line."""
        return f"--minimum-{self.parameter.removeprefix('Minimum').lower()}"

    def reached(self, report: Mapping[str, Any]) -> bool:
        """Whether a report has it; a number that is none never does."""
        return self.value(report) >= self.limit

    def value(self, report: Mapping[str, Any]) -> float:
        """The number of a report."""
        found: Any = report
        for name in self.path:
            found = found[name]
        return float(found)


def bounds(found: Declaration) -> tuple[Bound, ...]:
    """What a model must reach: more than its base model, on enough rows, and a bound if declared."""
    gate = found.gate
    all_of_them = (
        (
            "Improvement",
            f"what {gate.label} is above the base model's",
            gate.better_than_base_model,
        ),
        ("Score", gate.label, gate.at_least),
        ("Rows", "how many rows it was tested with", float(gate.minimum_rows)),
    )
    return tuple(
        Bound(parameter=f"Minimum{name}", what=what, path=("gate", name.lower()), limit=limit)
        for name, what, limit in all_of_them
        if limit is not None
    )
