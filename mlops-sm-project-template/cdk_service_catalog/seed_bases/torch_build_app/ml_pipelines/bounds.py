"""The gate of a declaration as bounds on the report: the same ones in AWS and on a laptop."""

import re
from collections.abc import Iterator

from ml_pipelines.bound import Bound
from ml_pipelines.declared import Declaration

REPORT = "evaluation.json"

Row = tuple[str, str, str, float | None]
"""The name of a parameter, the number in words, its place in the report, its limit if it has one."""


def bounds(found: Declaration) -> tuple[Bound, ...]:
    """What a model must reach: more than its base model, on enough rows, not less than the approved
    version, and a bound if declared.
    """
    return tuple(
        Bound(
            parameter=parameter,
            option="-" + re.sub("([A-Z])", r"-\1", parameter).lower(),
            what=what,
            path=("gate", place),
            limit=limit,
            at_most=parameter.startswith("Maximum"),
        )
        for parameter, what, place, limit in (*_of_all_rows(found), *_of_slices(found))
        if limit is not None
    )


def _of_all_rows(found: Declaration) -> Iterator[Row]:
    gate = found.gate
    above = f"what {gate.label} is above the base model's"
    yield "MinimumImprovement", above, "improvement", gate.better_than_base_model
    yield "MinimumScore", gate.label, "score", gate.at_least
    yield "MinimumRows", "how many rows it was tested with", "rows", float(gate.minimum_rows)
    lost = f"what {gate.label} may have lost against the approved version"
    yield "MaximumLoss", lost, "lost", gate.margin


def _of_slices(found: Declaration) -> Iterator[Row]:
    if not found.gate.slices:
        return
    above = "that improvement in the worst slice"
    yield "MinimumSliceImprovement", above, "slice_improvement", 0.0
    lost = "what is surely lost against the approved version in a slice"
    yield "MaximumSliceLoss", lost, "slice_lost", found.gate.margin
