"""Tables that tests make themselves, whatever this repository declares."""

from typing import Any

import numpy as np
import pandas as pd
from declaration import Declaration, declared
from metrics import Evaluated
from models import fit
from threadpoolctl import threadpool_limits
from train import evaluated

COUNT = 600


def declaration(task: str, metric: str, **gate: Any) -> Declaration:
    label = "number" if task == "regression" else "category"
    columns = {"a": "number", "b": "number", "place": "category", "y": label}
    content: dict[str, Any] = {
        "data": {"file": "data/x.csv", "label": "y", "columns": columns},
        "task": task,
        "gate": {"metric": metric, **gate},
    }
    return declared(content | ({"positive": "yes"} if task == "binary" else {}))


REGRESSION = declaration("regression", "rmse")
BINARY = declaration("binary", "log_loss")
MULTICLASS = declaration("multiclass", "log_loss")


def table(found: Declaration, *, noise: float = 0.3, count: int = COUNT) -> pd.DataFrame:
    source = np.random.default_rng(5)
    rows = pd.DataFrame(source.normal(size=(count, 2)), columns=["a", "b"])
    rows["place"] = source.choice(["north", "south"], count)
    number = rows["a"] + noise * source.normal(size=count)
    names = {"binary": ["no", "yes"], "multiclass": ["low", "middle", "high"]}.get(found.task)
    rows["y"] = pd.qcut(number, len(names), labels=names).astype(str) if names else number
    return rows


def judged(
    found: Declaration, parts: dict[str, pd.DataFrame], iterations: int = 100
) -> tuple[Evaluated, tuple[str, ...]]:
    """A fitted model on the test set."""
    # Small data: threads would cost more by waiting for each other than they save.
    with threadpool_limits(1):
        model = fit(parts["train"], found, {**found.hyperparameters, "iterations": iterations})
    scores = model.scores(parts["test"])
    return evaluated(scores, model.classes, parts["train"], parts["test"], found), model.classes
