"""The model as it is declared: preprocessing and estimator, fitted and kept as one object."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from declaration import Declaration, Table
from estimators import estimator, stages
from kept_rounds import going_on
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tables import inputs

CATEGORIES = 50
"""So many values of a column are told apart; rarer ones count as one."""
WORDS = 256
Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Model:
    """A fitted pipeline, with what its numbers mean.

    Attributes:
        classes: in the order of the columns of `scores`; none for a regression.
    """

    pipeline: Pipeline
    table: Table
    task: str
    classes: tuple[str, ...] = ()

    def scores(self, rows: pd.DataFrame) -> Numbers:
        """A number for each row, or the probability of each class: shape (rows, classes)."""
        given = inputs(rows, self.table)
        found = self.pipeline.predict_proba if self.classes else self.pipeline.predict
        return self._numbers(found(given))

    def stages(self, rows: pd.DataFrame) -> Iterator[tuple[int, Numbers]]:
        """The scores of the model as it was after some of its iterations."""
        given = self.pipeline[:-1].transform(inputs(rows, self.table))
        for step, found in stages(self.pipeline[-1], given):
            yield step, self._numbers(found)

    @property
    def categories(self) -> dict[str, list[str]]:
        """The texts of each category that the training has seen."""
        names = self.table.of_type("category")
        if not names:
            return {}
        encoder = self.pipeline[0].named_transformers_["categories"]
        return {
            n: [str(v) for v in seen] for n, seen in zip(names, encoder.categories_, strict=True)
        }

    def _numbers(self, found: Numbers) -> Numbers:
        """In double precision, where probabilities of single precision do not add up to 1."""
        values = np.asarray(found, dtype=np.float64)
        return values / values.sum(axis=1, keepdims=True) if self.classes else values

    def answers(self, rows: pd.DataFrame) -> list[float | str]:
        """What a client gets: the number, the probability of the positive class, or the class."""
        found = self.scores(rows)
        if self.task == "multiclass":
            return [self.classes[place] for place in found.argmax(axis=1)]
        numbers = found[:, 1] if self.task == "binary" else found
        return [float(value) for value in numbers]


def fit(
    rows: pd.DataFrame, found: Declaration, chosen: dict[str, float], kept: Path | None = None
) -> Model:
    """Preprocessing and estimator, fitted on these rows only.

    Args:
        kept: where XGBoost keeps rounds, and goes on.
    """
    given, label = inputs(rows, found.table), rows[found.table.label]
    classes: tuple[str, ...] = ()
    if found.task != "regression":
        classes = class_names(rows, found)
        label = class_numbers(rows, found, classes)
    learning = estimator(found, chosen)
    steps = [("preprocessing", _preprocessing(found.table, given)), ("estimator", learning)]
    with going_on(learning, kept) as known:
        pipeline = Pipeline(steps).fit(given, label, **known)
    return Model(pipeline, found.table, found.task, classes)


def class_names(rows: pd.DataFrame, found: Declaration) -> tuple[str, ...]:
    """The classes in train, the positive one last."""
    names = {text(value) for value in rows[found.table.label]}
    return tuple(sorted(names, key=lambda name: (name == found.positive, name)))


def class_numbers(rows: pd.DataFrame, found: Declaration, classes: tuple[str, ...]) -> pd.Series:
    """The place of each row's class among them."""
    places = {name: place for place, name in enumerate(classes)}
    return rows[found.table.label].map(lambda value: places[text(value)])


def baseline(
    train: pd.DataFrame, rows: int, found: Declaration, classes: tuple[str, ...]
) -> Numbers:
    """What is predicted without a look at the features, in the shape of `scores`."""
    if not classes:
        return np.full(rows, float(train[found.table.label].mean()))
    counts = class_numbers(train, found, classes).value_counts(normalize=True)
    shares = np.array([counts.get(place, 0.0) for place in range(len(classes))])
    return np.tile(shares, (rows, 1))


def truth(rows: pd.DataFrame, found: Declaration, classes: tuple[str, ...]) -> Numbers:
    """What is to be predicted: numbers, or the places of the classes."""
    if classes:
        return class_numbers(rows, found, classes).to_numpy()
    return rows[found.table.label].to_numpy()


def text(value: object) -> str:
    """The name of a class: 1 and 1.0 are one."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _preprocessing(table: Table, given: pd.DataFrame) -> ColumnTransformer:
    texts = {*table.of_type("category"), *table.of_type("text")}
    numeric = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
        ]
    )
    encode = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=CATEGORIES, sparse_output=False
    )
    words = [
        (f"words of {name}", HashingVectorizer(n_features=WORDS, alternate_sign=False), name)
        for name in table.of_type("text")
    ]
    numbers = [name for name in given.columns if name not in texts]
    return ColumnTransformer(
        [
            ("numbers", numeric, numbers),
            ("categories", encode, list(table.of_type("category"))),
            *words,
        ],
        sparse_threshold=0.0,
    )
