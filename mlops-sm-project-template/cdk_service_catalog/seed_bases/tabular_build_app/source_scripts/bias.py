"""How a binary model treats the groups that `gate.slices` names, as SageMaker Clarify writes it.

Formulas: SageMaker Developer Guide, "Post-training Data and Model Bias Metrics"; form: its
"Analysis Results", `analysis.json`. The service itself takes no new customers, and is not used.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from declaration import Declaration
from metrics import Evaluated, Numbers


def analysis(
    found: Declaration, test: pd.DataFrame, rows: Evaluated, threshold: float
) -> dict[str, Any]:
    """The content of `bias.json`: each value of each declared column against all others."""
    said, is_so = rows.found[:, 1] >= threshold, rows.truth.astype(bool)
    return {
        "version": "1.0",
        "post_training_bias_metrics": {
            "label": found.table.label,
            "label_value_or_threshold": found.positive,
            "facets": {
                column: [
                    {
                        "value_or_threshold": str(value),
                        "metrics": [*_metrics((test[column] == value).to_numpy(), said, is_so)],
                    }
                    for value in sorted(test[column].unique())
                ]
                for column in found.gate.slices
            },
        },
    }


def _metrics(group: Numbers, said: Numbers, is_so: Numbers) -> Iterator[Mapping[str, object]]:
    own, others = _of(group, said, is_so), _of(~group, said, is_so)
    positive, right, recall = zip(others, own, strict=True)
    yield _metric("DPPL", "Difference in Positive Proportions in Predicted Labels", _less(positive))
    share = positive[1] / positive[0] if positive[0] else float("nan")
    yield _metric("DI", "Disparate Impact", share)
    yield _metric("AD", "Accuracy Difference", _less(right))
    yield _metric("RD", "Recall Difference", _less(recall))


def _of(group: Numbers, said: Numbers, is_so: Numbers) -> tuple[float, float, float]:
    """The share of positive answers, of right ones, and of positives that are found."""
    told, true = said[group], is_so[group]
    return _mean(told), _mean(told == true), _mean(told[true])


def _mean(values: Numbers) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _less(pair: tuple[float, ...]) -> float:
    return pair[0] - pair[1]


def _metric(name: str, words: str, value: float) -> dict[str, object]:
    return {
        "name": name,
        "description": f"{words} ({name})",
        "value": float(value) if np.isfinite(value) else None,
    }
