"""The bounds of a gate, as parameters and conditions of a pipeline."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

# First: it keeps the SDK from calling AWS while it is imported.
from ml_pipelines import session  # noqa: F401  isort: skip
from sagemaker.core.workflow.conditions import (
    Condition,
    ConditionGreaterThanOrEqualTo,
    ConditionLessThanOrEqualTo,
)
from sagemaker.core.workflow.functions import Join, JsonGet
from sagemaker.core.workflow.parameters import ParameterFloat

from ml_pipelines.bound import Bound


class Limits:
    """The bounds of a pipeline; who starts an execution may choose each limit."""

    def __init__(self, bounds: Sequence[Bound]) -> None:
        """Make a parameter of each."""
        self._all = {bound: ParameterFloat(bound.parameter, bound.limit) for bound in bounds}

    @property
    def parameters(self) -> list[ParameterFloat]:
        """What the pipeline offers."""
        return [*self._all.values()]

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The limits as a version records them: as texts."""
        return {bound.parameter: Join(on="", values=[limit]) for bound, limit in self._all.items()}

    @property
    def message(self) -> Join:
        """What is said when a number is beyond its limit."""
        parts = [
            part
            for bound, limit in self._all.items()
            for part in (f"{bound.what} must be {bound.allowed}", limit)
        ]
        return Join(on=" ", values=["the model is not good enough:", *parts])

    def conditions(self, read: Callable[[str], JsonGet]) -> list[Condition]:
        """What must hold.

        Args:
            read: of a path, the number of the report.
        """
        return [
            (ConditionLessThanOrEqualTo if bound.at_most else ConditionGreaterThanOrEqualTo)(
                left=read(bound.json_path), right=limit
            )
            for bound, limit in self._all.items()
        ]
