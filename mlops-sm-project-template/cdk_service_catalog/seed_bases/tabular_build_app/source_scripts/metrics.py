"""What a model is measured by, for each task, beside what needs no model at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from declaration import LOWER_IS_BETTER, METRIC_GROUPS, Declaration
from sklearn import metrics

Numbers = np.ndarray[Any, Any]
BINS = 10
Measure = Callable[[Numbers, Numbers], float]
"""Of the truth and the predictions: for classes, their numbers and a column for each."""

MEASURES: Mapping[str, Mapping[str, Measure]] = {
    "regression": {
        "mse": metrics.mean_squared_error,
        "rmse": metrics.root_mean_squared_error,
        "mae": metrics.mean_absolute_error,
        "r2": metrics.r2_score,
    },
    "binary": {
        "auc": lambda truth, found: metrics.roc_auc_score(truth, found[:, 1]),
        "average_precision": lambda truth, found: metrics.average_precision_score(
            truth, found[:, 1]
        ),
        "log_loss": lambda truth, found: metrics.log_loss(truth, found, labels=[0, 1]),
        "brier": lambda truth, found: metrics.brier_score_loss(truth, found[:, 1], labels=[0, 1]),
        "accuracy": lambda truth, found: metrics.accuracy_score(truth, found.argmax(axis=1)),
        "balanced_accuracy": lambda truth, found: metrics.balanced_accuracy_score(
            truth, found.argmax(axis=1)
        ),
        "f1": lambda truth, found: metrics.f1_score(truth, found.argmax(axis=1), zero_division=0.0),
    },
    "multiclass": {
        "log_loss": lambda truth, found: metrics.log_loss(
            truth, found, labels=list(range(found.shape[1]))
        ),
        "accuracy": lambda truth, found: metrics.accuracy_score(truth, found.argmax(axis=1)),
        "balanced_accuracy": lambda truth, found: metrics.balanced_accuracy_score(
            truth, found.argmax(axis=1)
        ),
        "macro_f1": lambda truth, found: metrics.f1_score(
            truth, found.argmax(axis=1), average="macro", zero_division=0.0
        ),
    },
}


@dataclass(frozen=True)
class Evaluated:
    """Rows of the test set, and what is predicted for them.

    Attributes:
        truth: numbers, or the places of the classes.
        found: the model's scores.
        baseline: what is predicted without a look at the features: the mean of the label in
            train, or the share of each class.
        approved: the scores of the approved version, where there is one.
        groups: of each row, where the table has some: its rows are alike.
    """

    truth: Numbers
    found: Numbers
    baseline: Numbers
    approved: Numbers | None = None
    groups: Numbers | None = None

    def of(self, rows: Numbers) -> "Evaluated":
        """Some of the rows."""
        optional = (None if each is None else each[rows] for each in (self.approved, self.groups))
        return Evaluated(self.truth[rows], self.found[rows], self.baseline[rows], *optional)


def report(found: Declaration, rows: Evaluated) -> dict[str, Any]:
    """Every metric of the task, that of the baseline, and what the gate looks at."""
    truth, predicted, baseline = rows.truth, rows.found, rows.baseline
    measures = MEASURES[found.task]
    values = {name: float(measure(truth, predicted)) for name, measure in measures.items()}
    without = {name: float(measure(truth, baseline)) for name, measure in measures.items()}
    metric = found.gate.metric
    own = {
        **{name: {"value": value} for name, value in values.items()},
        **{f"baseline_{name}": {"value": value} for name, value in without.items()},
        "rows": {"value": len(truth)},
    }
    if found.task == "regression":
        own["mse"]["standard_deviation"] = float(np.std(predicted - truth))
    if found.task == "binary":
        own["calibration_error"] = {"value": calibration_error(truth, predicted[:, 1])}
    gate = {"value": values[metric], "skill": skill(metric, values[metric], without[metric])}
    return {METRIC_GROUPS[found.task]: own, "gate": gate}


def reliability(truth: Numbers, probability: Numbers) -> list[tuple[float, float, int]]:
    """Of rows with about the same probability: its mean, the share that is positive, how many."""
    places = np.clip((probability * BINS).astype(int), 0, BINS - 1)
    found = [np.flatnonzero(places == place) for place in range(BINS)]
    return [
        (float(probability[rows].mean()), float(truth[rows].mean()), len(rows))
        for rows in found
        if len(rows)
    ]


def calibration_error(truth: Numbers, probability: Numbers) -> float:
    """How far probabilities are from what happens, on average (expected calibration error).

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", 2015.
    """
    rows = reliability(truth, probability)
    return sum(abs(said - is_so) * count for said, is_so, count in rows) / len(truth)


def best_threshold(truth: Numbers, probability: Numbers) -> float:
    """The probability from which a row counts as positive so that F1 is largest."""
    precision, recall, thresholds = metrics.precision_recall_curve(truth, probability)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
    return float(thresholds[f1[:-1].argmax()])


def skill(metric: str, value: float, baseline: float) -> float:
    """The share of the way from the baseline (0) to a perfect model (1); below 0: it is worse."""
    perfect = 0.0 if metric in LOWER_IS_BETTER else 1.0
    way = perfect - baseline
    # A baseline that is perfect leaves nothing to learn.
    return (value - baseline) / way if abs(way) > 1e-12 else 0.0
