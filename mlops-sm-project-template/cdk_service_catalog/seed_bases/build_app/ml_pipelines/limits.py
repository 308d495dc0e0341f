"""The bounds of a gate, as conditions of a pipeline.

They are constants of the definition, which the build writes: whoever starts an execution may start
pipelines, and chooses no limit.
"""

from collections.abc import Callable, Mapping, Sequence

# First: it keeps the SDK from calling AWS while it is imported.
from ml_pipelines import session  # noqa: F401  isort: skip
from sagemaker.core.workflow.conditions import (
    Condition,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.functions import JsonGet

from ml_pipelines.bound import Bound


class Limits:
    """The bounds of a pipeline."""

    def __init__(self, bounds: Sequence[Bound]) -> None:
        """Keep them."""
        self._bounds = tuple(bounds)

    @property
    def recorded(self) -> Mapping[str, str]:
        """The limits as a version records them: as texts."""
        return {bound.parameter: str(bound.limit) for bound in self._bounds}

    @property
    def message(self) -> str:
        """What is said when a number is beyond its limit."""
        parts = [f"{bound.what} must be {bound.allowed} {bound.limit}" for bound in self._bounds]
        return f"the model is not good enough: {'; '.join(parts)}"

    def conditions(self, read: Callable[[str], JsonGet]) -> list[Condition]:
        """What must hold.

        Args:
            read: of a path, the number of the report.
        """
        return [
            (ConditionLessThanOrEqualTo if bound.at_most else ConditionGreaterThanOrEqualTo)(
                left=read(bound.json_path), right=bound.limit
            )
            for bound in self._bounds
        ]
