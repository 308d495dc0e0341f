"""What a group gets of a model, on an example that one can count by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
from bias import analysis
from made_tables import BINARY, REGRESSION
from metrics import Evaluated

SLICED = replace(BINARY, gate=replace(BINARY.gate, slices=("place",)))
PLACES = pd.DataFrame({"place": ["north"] * 4 + ["south"] * 4 + ["west"]})
TRUTH = np.array([1, 1, 0, 0, 1, 1, 0, 0, 0])
SCORES = np.array([0.9, 0.8, 0.6, 0.1, 0.9, 0.2, 0.1, 0.1, 0.1])


def test_groups_are_compared_with_all_others() -> None:
    scores = np.column_stack([1 - SCORES, SCORES])
    found = analysis(SLICED, PLACES, Evaluated(TRUTH, scores, scores), 0.5)
    bias = found["post_training_bias_metrics"]
    assert (found["version"], bias["label"], bias["label_value_or_threshold"]) == (
        "1.0",
        "y",
        "yes",
    )
    facets = {each["value_or_threshold"]: each["metrics"] for each in bias["facets"]["place"]}
    north = {metric["name"]: metric["value"] for metric in facets["north"]}
    # North: 3 of 4 positive, 3 of 4 right, 2 of 2 found; others: 1 of 5, 4 of 5, 1 of 2.
    assert north == {
        "DPPL": 1 / 5 - 3 / 4,
        "DI": (3 / 4) / (1 / 5),
        "AD": 4 / 5 - 3 / 4,
        "RD": 1 / 2 - 1,
    }
    # Nothing is to be found in the west.
    assert {metric["name"]: metric["value"] for metric in facets["west"]}["RD"] is None
    assert facets["west"][0]["description"].endswith("Predicted Labels (DPPL)")


def test_only_answers_that_are_good_or_bad_for_a_group_are_compared() -> None:
    assert SLICED.compares_groups
    assert not BINARY.compares_groups
    assert not replace(REGRESSION, gate=SLICED.gate).compares_groups
