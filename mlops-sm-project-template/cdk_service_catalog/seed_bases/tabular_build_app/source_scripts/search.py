"""The search for hyperparameters that `project.yml` declares: within the training, on its machine.

Each trial is a model of the training rows, judged on the validation rows. The test rows are not
looked at, so what the gate reads is not better than what it will be.
"""

import math
from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd
from declaration import LOWER_IS_BETTER, Declaration
from metrics import MEASURES
from models import fit, truth

Trial = tuple[float, dict[str, float]]
"""The metric on the validation rows, and what it was reached with."""


def trials(
    train: pd.DataFrame,
    validation: pd.DataFrame,
    found: Declaration,
    chosen: Mapping[str, float],
    fixed: Collection[str],
) -> list[Trial]:
    """Every trial in its order; none where nothing is left to search.

    Args:
        chosen: what is declared, which is the first trial.
        fixed: the names that the job was given, which are not searched.
    """
    open_names = [name for name in found.search if name not in fixed]
    if not open_names:
        return []
    result = []
    for values in _candidates(found, chosen, open_names):
        model = fit(train, found, values)
        measure = MEASURES[found.task][found.gate.metric]
        value = float(measure(truth(validation, found, model.classes), model.scores(validation)))
        shown = ", ".join(f"{name}={values[name]:.4g}" for name in open_names)
        print(f"trial {len(result) + 1}: {shown}: {found.gate.metric} {value:.5g}", flush=True)
        result.append((value, values))
    return result


def best(found: Declaration, tried: list[Trial]) -> dict[str, float]:
    """The hyperparameters of the best trial, the first of several; a value that is none is worst."""
    sign = 1 if found.gate.metric in LOWER_IS_BETTER else -1
    return min(tried, key=lambda trial: math.inf if math.isnan(trial[0]) else sign * trial[0])[1]


def _candidates(
    found: Declaration, chosen: Mapping[str, float], names: Collection[str]
) -> Iterator[dict[str, float]]:
    """What is declared, and then draws that are even in the logarithm of each range."""
    yield dict(chosen)
    source = np.random.default_rng(found.split.seed)
    for _ in range(found.trials - 1):
        drawn = {}
        for name in names:
            low, high = found.search[name]
            value = math.exp(source.uniform(math.log(low), math.log(high)))
            whole = isinstance(low, int) and isinstance(high, int)
            drawn[name] = float(round(value)) if whole else value
        yield {**chosen, **drawn}
