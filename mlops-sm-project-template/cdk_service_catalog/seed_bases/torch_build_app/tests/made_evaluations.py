"""Evaluations of scores that a test names, by the gate of a declaration."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from approved import Approved
from comparison import Scored
from declaration import Data, Declaration, Gate
from evaluation import Evaluation, report

from ml_pipelines.bounds import bounds

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn-p-0abc1def/3"


def declared(task: str = "generation", metric: str = "exact_match", **gate: Any) -> Declaration:
    """A declaration with a gate that asks for thirty rows unless it is told otherwise."""
    return Declaration(data=Data(file="data/x"), task=task, gate=Gate(metric=metric, **gate))


def evaluation(
    found: Declaration,
    own: Sequence[float],
    base: Sequence[float],
    approved: Sequence[float] | None = None,
    *,
    seen: Sequence[int] = (),
    values: Sequence[Mapping[str, str]] = (),
) -> Evaluation:
    """An evaluation by the scores of each row.

    Args:
        seen: the rows that the approved version has learnt.
        values: of each row, its values of the fields of slices.
    """
    names = [str(place) for place in range(len(own))]
    version = Approved(ARN, Path(), frozenset(names[place] for place in seen))
    return Evaluation(
        found=found,
        rows=Scored(
            own=np.array(own),
            base=np.array(base),
            weight=np.ones(len(own)),
            approved=None if approved is None else np.array(approved),
        ),
        values=values,
        fingerprints=names,
        metrics={found.gate.label: float(np.mean(own)) if own else 0.0},
        shown=[{"given": "an answer", "score": score} for score in own],
        server="transformers",
        model=Path(),
        approved=None if approved is None else version,
    )


def refused_by(result: Evaluation) -> list[str]:
    """The parameters of the gate that an evaluation does not reach."""
    content = report(result)
    return [
        bound.parameter
        for bound in bounds(result.found)
        if not bound.holds(bound.value(content), bound.limit)
    ]
