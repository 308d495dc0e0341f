"""Both algorithms under one declaration: the same names, the same forms, the same course."""

import io
from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from declaration import SCIKIT_LEARN, XGBOOST, Declaration
from estimators import POINTS
from made_tables import BINARY, MULTICLASS, REGRESSION, table
from metrics import MEASURES, skill
from models import Model, baseline, fit, truth
from splits import split
from train import curve, evaluated
from training_record import read, write

TASKS = [REGRESSION, BINARY, MULTICLASS]
EACH = [
    (replace(found, algorithm=name), name) for found in TASKS for name in (SCIKIT_LEARN, XGBOOST)
]


@pytest.fixture(params=EACH, ids=[f"{name} {found.task}" for found, name in EACH])
def declared(request: pytest.FixtureRequest) -> Declaration:
    found: Declaration = request.param[0]
    return found


def test_a_model_learns_and_survives_its_archive(declared: Declaration) -> None:
    parts = split(table(declared), declared)
    chosen = {**declared.hyperparameters, "iterations": 24}
    model = fit(parts["train"], declared, chosen)
    scores = model.scores(parts["test"])
    rows = evaluated(scores, model.classes, parts["train"], parts["test"], declared)
    metric = declared.gate.metric
    measure = MEASURES[declared.task][metric]
    assert skill(metric, measure(rows.truth, rows.found), measure(rows.truth, rows.baseline)) > 0.3
    assert scores.dtype == np.float64
    if model.classes:
        assert np.allclose(scores.sum(axis=1), 1.0, rtol=0, atol=1e-12)
    archive = io.BytesIO()
    joblib.dump(model, archive)
    again: Model = joblib.load(io.BytesIO(archive.getvalue()))
    assert np.array_equal(again.scores(parts["test"]), scores)


def test_the_curve_ends_with_the_model_and_begins_above_it(declared: Declaration) -> None:
    parts = split(table(declared), declared)
    model = fit(parts["train"], declared, {**declared.hyperparameters, "iterations": 24})
    found = curve(model, parts["validation"], declared)
    steps = [step for step, _ in found]
    assert steps == sorted({*steps})
    assert len(steps) <= POINTS
    assert steps[-1] == 24
    measure = MEASURES[declared.task][declared.gate.metric]
    rows = truth(parts["validation"], declared, model.classes)
    assert found[-1][1] == pytest.approx(measure(rows, model.scores(parts["validation"])))
    assert found[0][1] > found[-1][1]
    without = baseline(parts["train"], len(rows), declared, model.classes)
    assert found[0][1] < measure(rows, without) * 1.05


def test_leaves_mean_leaves_in_both(declared: Declaration) -> None:
    train = split(table(declared), declared)["train"]
    chosen = {**declared.hyperparameters, "iterations": 3, "leaves": 4}
    fitted = fit(train, declared, chosen).pipeline[-1]
    if declared.algorithm == XGBOOST:
        frame = fitted.get_booster().trees_to_dataframe()
        leaves = frame[frame["Feature"] == "Leaf"].groupby("Tree").size()
        assert leaves.max() == 4
    else:
        trees = [tree for step in fitted._predictors for tree in step]
        assert max(tree.get_n_leaf_nodes() for tree in trees) == 4


def test_a_version_records_the_library_that_learnt(declared: Declaration, tmp_path: Path) -> None:
    train = split(table(declared), declared)["train"]
    floats = {name: float(value) for name, value in declared.hyperparameters.items()}
    write(tmp_path, train, declared, floats, without=[0.0], threshold=None)
    libraries = read(tmp_path).content["libraries"]
    assert ("xgboost" in libraries) == (declared.algorithm == XGBOOST)
