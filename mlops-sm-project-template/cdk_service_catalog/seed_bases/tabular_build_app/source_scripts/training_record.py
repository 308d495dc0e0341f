"""What a model keeps of its training: how it was made, and which rows it has seen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from declaration import XGBOOST, Declaration
from facts import libraries
from splits import fingerprints

FILE, SEEN = "training.json", "seen.npz"
WITHOUT = "without_a_model"
LIBRARIES = ("numpy", "pandas", "scikit-learn")
OF_ALGORITHMS = {XGBOOST: "xgboost"}


@dataclass(frozen=True)
class TrainingRecord:
    """What lies beside a model.

    Attributes:
        content: hyperparameters, seeds, libraries, what is predicted without a model, and for a
            binary task the threshold.
        columns, rows: fingerprints of the rows of the training, and of which columns.
        group, groups: fingerprints of its groups, and of which column, where it was split by them.
    """

    content: dict[str, Any]
    columns: tuple[str, ...]
    rows: "np.ndarray[Any, Any]"
    group: str = ""
    groups: "np.ndarray[Any, Any]" = field(default_factory=lambda: np.array([], dtype=np.uint64))

    def has_seen(self, rows: pd.DataFrame) -> "pd.Series[bool]":
        """Which rows, or rows of whose group, were in the training; where nothing is recorded, none
        is known.

        Raises:
            KeyError: a column that the training had is not there.
        """
        if not self.columns:
            return pd.Series(False, index=rows.index)
        seen = fingerprints(rows, self.columns).isin(self.rows)
        return seen | fingerprints(rows, [self.group]).isin(self.groups) if self.group else seen


def write(
    model_dir: Path,
    train: pd.DataFrame,
    found: Declaration,
    hyperparameters: dict[str, float],
    without: Sequence[float],
    threshold: float | None,
) -> None:
    """Leave the record in the model's folder.

    Args:
        without: the mean of the label, or the share of each class.
    """
    content: dict[str, Any] = {
        "hyperparameters": {
            name: int(value) if value.is_integer() else value
            for name, value in hyperparameters.items()
        },
        "seeds": {"split": found.split.seed, "model": int(hyperparameters["seed"])},
        "libraries": {**libraries(LIBRARIES), **_of_algorithm(found)},
        WITHOUT: list(without),
    }
    if threshold is not None:
        content["threshold"] = threshold
    text = json.dumps(content, indent=2, sort_keys=True)
    (model_dir / FILE).write_text(text + "\n", encoding="utf-8")
    columns = [name for name in found.table.kept if name != found.table.identifier]
    seen = np.unique(fingerprints(train, columns).to_numpy())
    known = {"columns": np.array(columns, dtype=str), "rows": seen}
    if found.split.by == "group":
        group = found.table.group
        known["group"] = np.array([group], dtype=str)
        known["groups"] = np.unique(fingerprints(train, [group]).to_numpy())
    np.savez(model_dir / SEEN, **known)


def _of_algorithm(found: Declaration) -> dict[str, str]:
    """The release of the library that learns, where scikit-learn does not."""
    name = OF_ALGORITHMS.get(found.algorithm)
    # Its distributions have several names: xgboost, and xgboost-cpu for machines without GPU.
    return {name: str(import_module(name).__version__)} if name else {}


def read(model_dir: Path) -> TrainingRecord:
    """The record of a model; an empty one for a model that was trained without."""
    if not (model_dir / FILE).is_file():
        return TrainingRecord({}, (), np.array([], dtype=np.uint64))
    content = json.loads((model_dir / FILE).read_text(encoding="utf-8"))
    with np.load(model_dir / SEEN, allow_pickle=False) as seen:
        record = TrainingRecord(content, tuple(map(str, seen["columns"])), seen["rows"])
        if "group" in seen:
            record = replace(record, group=str(seen["group"][0]), groups=seen["groups"])
        return record
