"""Which features a model goes by: what it loses when the values of one are shuffled."""

import numpy as np
import pandas as pd
from declaration import Declaration
from metrics import MEASURES, Evaluated, Numbers, skill

ROWS = 1_000


def drawn(test: pd.DataFrame, found: Declaration) -> Numbers:
    """The places of the rows that are enough to tell."""
    source = np.random.default_rng(found.split.seed)
    return np.sort(source.permutation(len(test))[:ROWS])


def importance(
    rows: Evaluated, shuffled: dict[str, Numbers], found: Declaration
) -> list[tuple[str, float]]:
    """The skill that is lost for each feature, the most important one first.

    Args:
        shuffled: the model's scores of the same rows, by the feature that was shuffled.
    """
    metric = found.gate.metric
    measure = MEASURES[found.task][metric]
    without = measure(rows.truth, rows.baseline)
    own = skill(metric, measure(rows.truth, rows.found), without)
    lost = {
        name: own - skill(metric, measure(rows.truth, scores), without)
        for name, scores in shuffled.items()
    }
    return sorted(lost.items(), key=lambda pair: -pair[1])
