"""What this project learns, from which table: `project.yml`, as the jobs and the model read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

NAME = "project.yml"
SCIKIT_LEARN, XGBOOST, OWN = "gradient-boosting", "xgboost", "own"
ALGORITHMS = (SCIKIT_LEARN, XGBOOST, OWN)
HYPERPARAMETERS: dict[str, float] = {
    "learning-rate": 0.05,
    "iterations": 200,
    "leaves": 15,
    "seed": 7,
}
OWN_HYPERPARAMETERS: dict[str, float] = {"seed": 7}
"""Of a model of one's own: the others are as it names them."""
TRIALS = 20
BIAS = "bias.json"
"""Beside the report of a model that compares groups."""
LOWER_IS_BETTER = ("mse", "rmse", "mae", "log_loss", "brier")
METRICS = {
    "regression": ("mse", "rmse", "mae", "r2"),
    "binary": (
        *("auc", "average_precision", "log_loss", "brier"),
        *("accuracy", "balanced_accuracy", "f1"),
    ),
    "multiclass": ("log_loss", "accuracy", "balanced_accuracy", "macro_f1"),
}
METRIC_GROUPS = {
    "regression": "regression_metrics",
    "binary": "binary_classification_metrics",
    "multiclass": "multiclass_classification_metrics",
}
"""The names in the report; SageMaker's reports on the quality of models have the same."""
MADE_OF_DATES = ("month", "weekday")
"""What a model also learns of a date, in columns such as `when month`."""
Problem = tuple[tuple[str, ...], str]
"""Where in the file, and what is wrong there."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The table that the model learns from.

    Attributes:
        columns: the type of each column, in the order of a request without header.
        missing: texts that stand for a missing value, besides the empty one.
        dates: how a column of dates is written, as of strptime, where it is not ISO 8601.
    """

    file: str
    label: str
    columns: Mapping[str, str]
    identifier: str = ""
    ignored: tuple[str, ...] = ()
    group: str = ""
    time: str = ""
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """What the model sees of a row."""
        apart = {self.label, self.identifier, self.group, self.time, *self.ignored}
        return tuple(name for name in self.columns if name not in apart)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that jobs hand on to each other."""
        return tuple(name for name in self.columns if name not in self.ignored)

    @property
    def handed_on(self) -> "Table":
        """The table as jobs write it for each other: a comma between, dates as days."""
        kinds = {name: self.columns[name] for name in self.kept}
        return replace(
            self,
            columns={name: "number" if kind == "date" else kind for name, kind in kinds.items()},
            ignored=(),
            **{"separator": ",", "decimal": ".", "thousands": "", "missing": (), "dates": {}},
        )

    def of_type(self, kind: str) -> tuple[str, ...]:
        """The features of a type."""
        return tuple(name for name in self.features if self.columns[name] == kind)


@dataclass(frozen=True, kw_only=True)
class Split:
    """How rows become train, validation and test."""

    by: str = "random"
    validation: float = 0.15
    test: float = 0.15
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Machines:
    """Which instance types run the jobs, and how a training is run.

    Attributes:
        spot: train on spare machines, which cost less and may be taken away.
        maximum_hours: a training that takes longer is stopped.
        cache_days: results of the same inputs that are not older are used again; 0 for never.
    """

    processing: str = "ml.m5.xlarge"
    training: str = "ml.m5.xlarge"
    spot: bool = False
    maximum_hours: int = 6
    cache_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Gate:
    """When a model is good enough to be registered.

    Attributes:
        better_than_baseline: the share of the way from the baseline to a perfect model.
        compare_with_approved: judge the approved version on the same rows.
        worse_than_approved: the share of that way that may be lost against it.
        slices: columns; the model must be better than the baseline for each of their values.
        at_most, at_least: an absolute bound, where one makes sense.
    """

    metric: str
    better_than_baseline: float = 0.1
    compare_with_approved: bool = True
    worse_than_approved: float = 0.05
    slices: tuple[str, ...] = ()
    at_most: float | None = None
    at_least: float | None = None


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What is expected of the requests that the deployed model gets.

    Attributes:
        drift: how far their distribution may be from that of the training: the largest difference
            of the cumulative shares.
        ignored: features that may look as they like.
        worse_than_tested: the share of the way from the baseline to a perfect model that may be
            lost against the test set, where labels arrive.
    """

    drift: float = 0.1
    worse_than_tested: float = 0.1
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Own:
    """Where a model of one's own is.

    Attributes:
        file: below source_scripts/, as jobs and the model's archive hold those.
        name: of the estimator in it, or of a function that makes one of the hyperparameters.
        packages: what the image has besides those of the scikit-learn image, in a project with an
            image of its own.
    """

    file: str = ""
    name: str = "estimator"
    packages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """All of `project.yml`.

    Attributes:
        trials: how many models a search for hyperparameters compares.
        search: the range of each hyperparameter that is searched for.
    """

    table: Table
    task: str
    gate: Gate
    purpose: str = ""
    positive: str = ""
    split: Split = field(default_factory=Split)
    machines: Machines = field(default_factory=Machines)
    monitoring: Monitoring = field(default_factory=Monitoring)
    algorithm: str = SCIKIT_LEARN
    own: Own = field(default_factory=Own)
    hyperparameters: Mapping[str, float] = field(default_factory=lambda: dict(HYPERPARAMETERS))
    trials: int = 0
    search: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def compares_groups(self) -> bool:
        """Whether there are groups, and an answer that is better or worse for somebody."""
        return self.task == "binary" and bool(self.gate.slices)

    @property
    def given(self) -> dict[str, float]:
        """The hyperparameters that a training is given: those that it does not search for."""
        return {
            name: value for name, value in self.hyperparameters.items() if name not in self.search
        }


def declaration_file() -> Path:
    """`project.yml` beside this file, as in a job and in a model, or one folder up."""
    here = Path(__file__).resolve().parent
    return here / NAME if (here / NAME).is_file() else here.parent / NAME


def declaration() -> Declaration:
    """What this project declares."""
    return declared(yaml.safe_load(declaration_file().read_text(encoding="utf-8")))


def declared(content: Mapping[str, Any]) -> Declaration:
    """The content of a file that has the form of the schema, with every default."""
    data = dict(content["data"])
    for name in ("ignored", "missing"):
        data[name] = tuple(data.get(name, ()))
    model = content.get("model", {})
    search = dict(model.get("search", {}))
    gate = dict(content["gate"])
    gate["slices"] = tuple(gate.get("slices", ()))
    algorithm = model.get("algorithm", SCIKIT_LEARN)
    known = OWN_HYPERPARAMETERS if algorithm == OWN else HYPERPARAMETERS
    own = {name: model[name] for name in ("file", "name") if name in model}
    monitoring = dict(content.get("monitoring", {}))
    monitoring["ignored"] = tuple(monitoring.get("ignored", ()))
    return Declaration(
        table=Table(**data),
        task=content["task"],
        purpose=content.get("purpose", ""),
        positive=str(content.get("positive", "")),
        split=Split(**content.get("split", {})),
        machines=Machines(**content.get("machines", {})),
        monitoring=Monitoring(**monitoring),
        algorithm=algorithm,
        own=Own(**own, packages=tuple(model.get("packages", ()))),
        hyperparameters={**known, **model.get("hyperparameters", {})},
        trials=search.pop("trials", TRIALS) if search else 0,
        search={name: (low, high) for name, (low, high) in search.items()},
        gate=Gate(**gate),
    )


def problems(found: Declaration) -> Iterator[Problem]:
    """What no schema sees: names that do not fit to each other."""
    yield from _column_problems(found.table)
    yield from _task_problems(found)
    yield from _gate_problems(found)
    for name in found.monitoring.ignored:
        if name not in found.table.features:
            known = ", ".join(found.table.features)
            yield ("monitoring", "ignored"), f"'{name}' is not a feature; those are {known}"
    yield from _model_problems(found)


def _model_problems(found: Declaration) -> Iterator[Problem]:
    for name, (low, high) in found.search.items():
        if low >= high:
            yield ("model", "search", name), f"{low} to {high} is no range: the second is larger"
        if name not in found.hyperparameters:
            words = f"'{name}' needs a value in model.hyperparameters, which is the first trial"
            yield ("model", "search", name), words
    if found.trials and not found.search:
        yield ("model", "search"), "a search needs a range, such as leaves: [7, 63]"
    if found.algorithm == OWN and not found.own.file:
        yield ("model", "algorithm"), "a model of your own needs model.file: source_scripts/NAME.py"
    if found.algorithm != OWN and found.own != Own():
        words = f"file, name and packages are of algorithm: {OWN}, this one is {found.algorithm}"
        yield ("model",), words


def _column_problems(table: Table) -> Iterator[Problem]:
    known = ", ".join(table.columns)
    named = {"label": table.label, "identifier": table.identifier}
    named |= {"group": table.group, "time": table.time}
    for role, name in named.items():
        if name and name not in table.columns:
            yield ("data", role), f"'{name}' is not a column; the columns are {known}"
        if name and role != "label" and name == table.label:
            yield ("data", role), f"'{name}' is the label already"
    for name in table.ignored:
        if name not in table.columns:
            yield ("data", "ignored"), f"'{name}' is not a column; the columns are {known}"
        elif name in named.values():
            role = next(role for role, taken in named.items() if taken == name)
            yield ("data", "ignored"), f"'{name}' is the {role}, so it cannot be ignored"
    if not table.features:
        yield ("data", "columns"), "no column is left to learn from"
    yield from _made_problems(table)
    if table.time and table.columns.get(table.time) not in ("date", "number"):
        yield ("data", "time"), f"'{table.time}' must be of the type date or number"
    yield from _date_problems(table)
    if table.decimal == table.thousands:
        yield ("data", "thousands"), f"'{table.thousands}' has two meanings in this file"


def _made_problems(table: Table) -> Iterator[Problem]:
    """A feature of a name that the model gives to what it makes of a date would be lost."""
    for date in table.of_type("date"):
        for part in MADE_OF_DATES:
            name = f"{date} {part}"
            if name in table.features:
                words = (
                    f"'{name}' is what the model makes of the date '{date}': give it another name"
                )
                yield ("data", "columns", name), f"{words} in the file, or ignore it"


def _date_problems(table: Table) -> Iterator[Problem]:
    for name, form in table.dates.items():
        if table.columns.get(name) != "date":
            yield ("data", "dates", name), f"'{name}' is not a column of the type date"
        if words := wrong_form(form):
            yield ("data", "dates", name), words


def wrong_form(form: str) -> str:
    """Why a form of dates cannot be used, or nothing."""
    try:
        said = datetime.strptime(datetime(2001, 2, 3).strftime(form), form)
    except (ValueError, re.error):  # letters that strptime does not know, or one of them twice
        said = datetime.min
    right = (said.year, said.month) == (2001, 2)
    return "" if right else f"'{form}' does not say year and month, as %d.%m.%Y does"


def _task_problems(found: Declaration) -> Iterator[Problem]:
    kind = found.table.columns.get(found.table.label, "")
    if found.task == "regression" and kind != "number":
        yield ("task",), f"the label of a regression is a number, '{found.table.label}' is {kind}"
    if found.task != "regression" and kind not in ("category", "number"):
        yield ("task",), f"the label of classes is a category, '{found.table.label}' is {kind}"
    if found.task == "binary" and not found.positive:
        yield ("task",), "a binary task needs 'positive': the class whose probability is predicted"
    if found.task != "binary" and found.positive:
        yield ("positive",), f"only a binary task has a positive class, this one is {found.task}"
    by, split = found.split.by, found.split
    if by == "stratified" and found.task == "regression":
        yield ("split", "by"), "a regression has no classes to be stratified by"
    if by in ("group", "time") and not getattr(found.table, by):
        yield ("split", "by"), f"a split by {by} needs data.{by}: the column that says it"
    if split.validation + split.test > 0.6:
        yield ("split",), "validation and test together leave less than 40 % for training"


def _gate_problems(found: Declaration) -> Iterator[Problem]:
    gate = found.gate
    if gate.metric not in METRICS[found.task]:
        allowed = ", ".join(METRICS[found.task])
        yield ("gate", "metric"), f"'{gate.metric}' is not for {found.task}; allowed are {allowed}"
    for name in gate.slices:
        if name not in found.table.kept or found.table.columns[name] != "category":
            known = ", ".join(n for n in found.table.kept if found.table.columns[n] == "category")
            words = f"'{name}' is not a category that jobs see; those are {known or 'none'}"
            yield ("gate", "slices"), words
    wrong = "at_least" if gate.metric in LOWER_IS_BETTER else "at_most"
    if getattr(gate, wrong) is not None:
        better = "less" if gate.metric in LOWER_IS_BETTER else "more"
        yield ("gate", wrong), f"of {gate.metric}, {better} is better: use the other bound"
