"""Training job: fit the declared model, and leave it with its serving code.

Follows SageMaker's contract for containers: channels, hyperparameters, /opt/ml/model.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import curves
import json_values
import numpy as np
import own_estimators
import own_models
import pandas as pd
import samples
import search
import training_record
from baseline import write as write_baseline
from declaration import (
    METRIC_GROUPS,
    Declaration,
    declaration,
    declaration_file,
)
from failures import ended, fail
from kept_rounds import kept_in
from metrics import MEASURES, Evaluated, Numbers, best_threshold, report
from models import Model, baseline, fit, truth
from tables import BadData, read_folder

NUMBER = r"\d+(\.\d+)?([eE]-?\d+)?"
CURVE_ROWS = 5_000
"""Enough for a curve, which is drawn of many models."""
MODEL_FILE = "model.joblib"
SERVING_FILES = (
    *("inference.py", "declaration.py", "estimators.py", "models.py", "tables.py", "written.py"),
    *("json_values.py", "parquet.py", "kept_rounds.py"),
    *("drift.py", "captures.py", "baseline.py", "sketches.py", "failures.py"),
    *("quality.py", "labels.py", "comparison.py", "metrics.py", "training_record.py", "splits.py"),
    *("bootstrap.py", "facts.py"),
)
"""What serves, and what compares its traffic with the training: all of one version."""


def main() -> int:
    """Train on the channel `train`, report on `validation`; exit code 1 says what is wrong."""
    root = Path(os.environ.get("ML_ROOT", "/opt/ml"))
    found = declaration()
    try:
        given = job_hyperparameters(root)
        chosen = hyperparameters(given, found)
        train, validation = (read_channel(root, name, found) for name in ("train", "validation"))
    except BadData as error:
        return fail(str(error))
    target = Path(os.environ.get("SM_MODEL_DIR", root / "model"))
    try:
        tried = search.trials(train, validation, found, chosen, given)
        chosen = search.best(found, tried) if tried else chosen
        model = fit(train, found, chosen, kept_in(found))
        own_models.check(model, validation, found)
        save(model, target, found)
    except BadData as error:
        return fail(str(error))
    rows = evaluated(model.scores(validation), model.classes, train, validation, found)
    for name, value in report(found, rows)[METRIC_GROUPS[found.task]].items():
        if not name.startswith("baseline_") and name != "rows":
            print(f"validation_{name}={value['value']:.4f}")
    samples.leave(target, channel(root, "facts"), model, found)
    points = curve(model, validation, found)
    learnt = {f"validation_{found.gate.metric}": points} if len(points) > 1 else {}
    if tried:
        values = [value for value, _ in tried]
        learnt[f"trials: validation_{found.gate.metric}"] = list(enumerate(values, start=1))
    curves.leave(target, learnt)
    threshold = None
    if found.task == "binary":
        # Of rows that are neither learnt from nor what the model is judged on.
        threshold = best_threshold(rows.truth, rows.found[:, 1])
    without = np.ravel(baseline(train, 1, found, model.classes))
    training_record.write(target, train, found, chosen, [float(v) for v in without], threshold)
    write_baseline(target, train, model.answers(validation), found)
    return 0


def evaluated(
    scores: Numbers,
    classes: tuple[str, ...],
    train: pd.DataFrame,
    rows: pd.DataFrame,
    found: Declaration,
) -> Evaluated:
    """Rows that the model has not seen, its scores, and those of the baseline of `train`."""
    without = baseline(train, len(rows), found, classes)
    group = found.table.group
    groups = rows[group].astype(str).to_numpy() if group else None
    return Evaluated(truth(rows, found, classes), scores, without, groups=groups)


def curve(model: Model, rows: pd.DataFrame, found: Declaration) -> list[tuple[int, float]]:
    """The metric after some of the iterations, on rows that the model has not seen."""
    shown = rows.head(CURVE_ROWS)
    measure, is_so = MEASURES[found.task][found.gate.metric], truth(shown, found, model.classes)
    return [(step, float(measure(is_so, said))) for step, said in model.stages(shown)]


def save(model: Model, target: Path, found: Declaration) -> None:
    """The model's archive: the fitted object, and the code that serves it.

    Raises:
        BadData: a model of one's own that what serves could not load.
    """
    code = target / "code"
    code.mkdir(parents=True, exist_ok=True)
    own_models.dump(model, target / MODEL_FILE, found)
    scripts = Path(__file__).resolve().parent
    serving = {name: scripts / name for name in SERVING_FILES}
    for name, file in {**serving, **own_estimators.files(found)}.items():
        copy = code / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    shutil.copy(declaration_file(), code)
    json_values.leave(code, model.categories)
    own_models.served(model, target, found)


def channel(root: Path, name: str) -> Path:
    """The folder of a channel."""
    return Path(os.environ.get(f"SM_CHANNEL_{name.upper()}", root / "input" / "data" / name))


def read_channel(root: Path, name: str, found: Declaration) -> pd.DataFrame:
    """All files of a channel.

    Raises:
        BadData: there is none, or one does not hold the table.
    """
    try:
        return read_folder(channel(root, name), found.table.handed_on)
    except BadData as error:
        raise BadData(f"channel '{name}': {error}") from None


def job_hyperparameters(root: Path) -> dict[str, Any]:
    """What the job was given."""
    file = root / "input" / "config" / "hyperparameters.json"
    given: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    # SageMaker adds names of its own, such as `_tuning_objective_metric`.
    return {name: v for name, v in given.items() if not name.startswith(("_", "sagemaker_"))}


def hyperparameters(given: Mapping[str, Any], found: Declaration) -> dict[str, float]:
    """What the job was given, over what is declared.

    Raises:
        BadData: an unknown name, or a value that is not a number.
    """
    if unknown := sorted(given.keys() - found.hyperparameters.keys()):
        known = ", ".join(found.hyperparameters)
        raise BadData(f"hyperparameter '{unknown[0]}' is not known; allowed are {known}")
    for name, value in given.items():
        if not re.fullmatch(NUMBER, str(value)):
            raise BadData(f"hyperparameter '{name}' is '{value}', not a positive number")
    return {
        name: float(given.get(name, declared)) for name, declared in found.hyperparameters.items()
    }


if __name__ == "__main__":
    sys.exit(ended(main))
