"""What learns: the algorithms that `project.yml` may name, under the same hyperparameters."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from declaration import OWN, XGBOOST, Declaration
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

POINTS = 40
"""So many points are enough for a curve."""


def estimator(found: Declaration, chosen: Mapping[str, float]) -> Any:
    """The declared algorithm, not yet fitted."""
    classes = found.task != "regression"
    if found.algorithm == OWN:
        # What serves makes none, and has no such file.
        from own_estimators import make

        return make(found, chosen)
    if found.algorithm == XGBOOST:
        return _xgboost(classes, chosen)
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return kind(
        learning_rate=chosen["learning-rate"],
        max_iter=int(chosen["iterations"]),
        max_leaf_nodes=int(chosen["leaves"]),
        random_state=int(chosen["seed"]),
    )


def stages(fitted: Any, given: Any) -> Iterator[tuple[int, "np.ndarray[Any, Any]"]]:
    """What a fitted estimator says after some of its iterations, and after all of them; one that
    does not tell has one."""
    probable = hasattr(fitted, "classes_")
    if hasattr(fitted, "get_booster"):
        count = fitted.get_booster().num_boosted_rounds()
        say = fitted.predict_proba if probable else fitted.predict
        for step in _points(count):
            yield step, say(given, iteration_range=(0, step))
        return
    staged = getattr(fitted, "staged_predict_proba" if probable else "staged_predict", None)
    if staged is None or not isinstance(getattr(fitted, "n_iter_", None), int):
        yield 1, (fitted.predict_proba if probable else fitted.predict)(given)
        return
    wanted = {*_points(fitted.n_iter_)}
    for step, values in enumerate(staged(given), start=1):
        if step in wanted:
            yield step, values


def _points(count: int) -> list[int]:
    return sorted({max(1, round(count * point / POINTS)) for point in range(1, POINTS + 1)})


def _xgboost(classes: bool, chosen: Mapping[str, float]) -> Any:
    """Trees that grow by leaves, as those of scikit-learn do, so that both mean the same by them."""
    # Only its own image has it.
    from xgboost import XGBClassifier, XGBRegressor

    return (XGBClassifier if classes else XGBRegressor)(
        learning_rate=chosen["learning-rate"],
        n_estimators=int(chosen["iterations"]),
        max_leaves=int(chosen["leaves"]),
        random_state=int(chosen["seed"]),
        tree_method="hist",
        grow_policy="lossguide",
        max_depth=0,
    )
