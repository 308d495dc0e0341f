"""A model of one's own goes the way of the others, or is refused before it costs anything."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import own_estimators
import own_models
import pytest
import yaml
from declaration import OWN, Declaration, Own
from made_tables import BINARY, REGRESSION, table
from metrics import MEASURES, skill
from models import fit
from search import trials
from splits import split
from tables import BadData
from train import curve, evaluated, save

from ml_pipelines.declared import BadDeclaration, read

FOREST = """
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
import helper_of_test

estimator = RandomForestRegressor(n_estimators=20)

def classifier(hyperparameters):
    return RandomForestClassifier(**helper_of_test.named(hyperparameters))

def regressor(hyperparameters):
    return helper_of_test.Mean()

def unable(hyperparameters):
    raise KeyError("depth")

def no_classes(hyperparameters):
    return RandomForestRegressor()

def lambda_in_it(hyperparameters):
    made = RandomForestRegressor(n_estimators=2)
    made.also = lambda: 1
    return made

def of_elsewhere(hyperparameters):
    import strange_of_test
    made = RandomForestRegressor(n_estimators=2)
    made.also = strange_of_test.Strange()
    return made
"""
HELPER = """
import math
from package_of_test.names import TREES, SEED
from sklearn.base import BaseEstimator, RegressorMixin
import numpy as np

def named(hyperparameters):
    return {"n_estimators": hyperparameters[TREES], "random_state": hyperparameters[SEED]}

class Mean(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        self.mean_ = float(np.mean(y))
        return self
    def predict(self, X):
        return np.full((len(X), 2), self.mean_)
"""
PACKAGE = {
    "names.py": "from . import deeper\nfrom .deeper.words import SEED\nTREES = 'trees'\n",
    "deeper/__init__.py": "",
    "deeper/words.py": "SEED = 'seed'\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scripts of a repository with a model of its own."""
    for name, text in (("forest_of_test", FOREST), ("helper_of_test", HELPER)):
        (tmp_path / f"{name}.py").write_text(text)
    for name, text in PACKAGE.items():
        file = tmp_path / "package_of_test" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "strange_of_test.py").write_text("class Strange:\n    pass\n")
    monkeypatch.setattr(own_estimators, "FOLDER", tmp_path)
    monkeypatch.syspath_prepend(str(elsewhere))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0].endswith("_of_test")]:
        sys.modules.pop(name)


def owned(found: Declaration, name: str = "estimator", **hyperparameters: float) -> Declaration:
    own = Own(file="source_scripts/forest_of_test.py", name=name)
    return replace(found, algorithm=OWN, own=own, hyperparameters={"seed": 7, **hyperparameters})


def said(found: Declaration) -> str:
    with pytest.raises(BadData) as raised:
        own_estimators.make(found, dict(found.hyperparameters))
    return str(raised.value)


@pytest.mark.parametrize(
    "found",
    [owned(REGRESSION, n_estimators=30), owned(BINARY, "classifier", trees=30)],
    ids=["an estimator for a regression", "a function for two classes"],
)
def test_an_own_model_learns_and_is_loaded_where_it_serves(
    found: Declaration, tmp_path: Path
) -> None:
    parts = split(table(found), found)
    model = fit(parts["train"], found, dict(found.hyperparameters))
    assert len(model.pipeline[-1].estimators_) == 30
    assert model.pipeline[-1].random_state == 7
    own_models.check(model, parts["test"], found)
    scores = model.scores(parts["test"])
    rows = evaluated(scores, model.classes, parts["train"], parts["test"], found)
    measure, metric = MEASURES[found.task][found.gate.metric], found.gate.metric
    assert skill(metric, measure(rows.truth, rows.found), measure(rows.truth, rows.baseline)) > 0.3
    save(model, tmp_path / "model", found)
    code = tmp_path / "model" / "code"
    assert {"forest_of_test.py", "helper_of_test.py"} <= {file.name for file in code.iterdir()}
    package = {
        str(file.relative_to(code / "package_of_test"))
        for file in code.rglob("*.py")
        if "package_of_test" in file.parts
    }
    assert package == set(PACKAGE)
    again = joblib.load(tmp_path / "model" / "model.joblib")
    assert np.array_equal(again.scores(parts["test"]), scores)


def test_a_model_that_does_not_tell_of_its_iterations_has_no_curve() -> None:
    found = owned(REGRESSION)
    parts = split(table(found), found)
    model = fit(parts["train"], found, dict(found.hyperparameters))
    ((step, value),) = curve(model, parts["validation"], found)
    assert step == 1
    assert value > 0


def test_its_hyperparameters_are_searched_as_those_of_others_are() -> None:
    found = replace(owned(BINARY, "classifier", trees=2), trials=3, search={"trees": (2, 20)})
    parts = split(table(found), found)
    tried = trials(parts["train"], parts["validation"], found, dict(found.hyperparameters), ())
    assert [chosen["trees"] for _, chosen in tried][0] == 2
    assert all(float(chosen["trees"]).is_integer() for _, chosen in tried)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (owned(REGRESSION, "unable"), "unable cannot be made of {'seed': 7}: KeyError: 'depth'"),
        (owned(REGRESSION, "RandomForestRegressor"), "RandomForestRegressor is a class; make an"),
        (owned(REGRESSION, "nothing"), "forest_of_test.py has no nothing, which model.name names"),
        (owned(REGRESSION, depth=3), "cannot be made of {'seed': 7, 'depth': 3}: ValueError"),
        (owned(BINARY, "no_classes"), "gives a RandomForestRegressor without predict_proba"),
        (
            replace(owned(REGRESSION), own=Own(file="source_scripts/x.py")),
            "is no source_scripts/x.py",
        ),
    ],
)
def test_what_makes_no_model_is_told(found: Declaration, words: str) -> None:
    assert words in said(found)


def test_a_package_that_the_image_has_not_is_told_before_a_training(folder: Path) -> None:
    (folder / "forest_of_test.py").write_text("import no_such_package\nestimator = 1\n")
    text = said(owned(REGRESSION))
    assert "No module named 'no_such_package'" in text
    assert "the image has joblib, numpy, pandas, scipy, sklearn" in text


def test_answers_of_another_shape_are_refused() -> None:
    found = owned(REGRESSION, "regressor")
    rows = table(found)
    model = fit(rows, found, dict(found.hyperparameters))
    with pytest.raises(BadData, match=r"answers 600 rows with \(600, 2\); .* shape \(600,\)"):
        own_models.check(model, rows, found)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lambda_in_it", "the fitted model cannot be kept: .* belong to the top level of a file"),
        ("of_elsewhere", "holds strange_of_test.Strange, which the image that serves has not"),
    ],
)
def test_what_could_not_be_loaded_where_it_serves_is_not_left(
    name: str, words: str, tmp_path: Path
) -> None:
    found = owned(REGRESSION, name)
    rows = table(found)
    # A clone would lose what is no parameter.
    model = fit(rows, found, dict(found.hyperparameters))
    with pytest.raises(BadData, match=words):
        save(model, tmp_path / "model", found)


def test_packages_of_an_image_of_one_s_own_are_declared_and_really_loaded(tmp_path: Path) -> None:
    found = owned(REGRESSION, "of_elsewhere")
    found = replace(found, own=replace(found.own, packages=("strange_of_test",)))
    model = fit(table(found), found, dict(found.hyperparameters))
    with pytest.raises(BadData, match="cannot load the model: ModuleNotFoundError: No module"):
        save(model, tmp_path / "model", found)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"algorithm": "own"}, "line 8: a model of your own needs model.file"),
        ({"file": "source_scripts/forest.py"}, "file, name and packages are of algorithm: own"),
        (
            {"algorithm": "own", "file": "source_scripts/none.py"},
            "line 9: there is no source_scripts/none.py",
        ),
        ({"algorithm": "own", "file": "/etc/passwd.py"}, "does not match"),
        ({"algorithm": "own", "file": "source_scripts/bad.py"}, "bad.py is not Python: invalid"),
        (
            {"algorithm": "own", "file": "source_scripts/forest.py", "name": "tree"},
            "line 10: source_scripts/forest.py has no 'tree' at its top level; it has forest, kind",
        ),
        (
            {
                "algorithm": "own",
                "file": "source_scripts/forest.py",
                "name": "forest",
                "search": {"trees": [1, 5]},
            },
            "'trees' needs a value in model.hyperparameters",
        ),
        ({"hyperparameters": {"trees": 5}}, "'trees' is not one of"),
    ],
)
def test_a_declared_file_and_what_is_in_it_are_looked_for_before_anything_runs(
    model: dict[str, Any], words: str, tmp_path: Path
) -> None:
    for folder in ("data", "source_scripts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "x.csv").touch()
    (tmp_path / "source_scripts" / "forest.py").write_text("kind = 1\ndef forest(h): return kind\n")
    (tmp_path / "source_scripts" / "bad.py").write_text("def")
    content = {
        "data": {"file": "data/x.csv", "label": "y", "columns": {"x": "number", "y": "number"}},
        "model": model,
        "task": "regression",
        "gate": {"metric": "mse"},
    }
    (tmp_path / "project.yml").write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(BadDeclaration) as raised:
        read(tmp_path / "project.yml")
    assert words in str(raised.value)
