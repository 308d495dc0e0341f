"""What people read of a model: the report, and the model card."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from declaration import Declaration
from facts import LONGEST, words
from importance import importance
from made_tables import BINARY, MULTICLASS, REGRESSION, judged, table
from metrics import Evaluated, best_threshold, calibration_error, report
from model_card import model_card
from report_page import page
from splits import split

HOSTILE = "<script>alert(1)</script>"
TRAINING = {"hyperparameters": {"leaves": 15}, "seeds": {"split": 7}}
LEARNT = {f"loss of {HOSTILE}": [(1, 0.5), (2, 0.25)], "one point": [(1, 0.5)]}
SHOWN = ([("a", 0.5), (HOSTILE, 0.1)], LEARNT)
TASKS = [REGRESSION, BINARY, MULTICLASS]
SLICE = {"column": "place", "value": HOSTILE, "rows": 40, "skill": 0.5, "lost": None, "note": ""}
IDS = [found.task for found in TASKS]


class Seen(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def everything(
    found: Declaration,
) -> tuple[pd.DataFrame, tuple[str, ...], Evaluated, dict[str, Any]]:
    parts = split(table(found), found)
    rows, classes = judged(found, parts, iterations=20)
    test = parts["test"].assign(place=HOSTILE)
    content = report(found, rows) | {"slices": [SLICE], "training": TRAINING}
    return test, classes, rows, content | {"approved": {"version": "none", "why": "nothing"}}


@pytest.mark.parametrize("found", TASKS, ids=IDS)
def test_the_page_shows_plots_and_errors_and_runs_nothing_that_is_in_the_data(
    found: Declaration,
) -> None:
    test, classes, rows, content = everything(found)
    seen = Seen()
    verdict = f"mse 1; compared with {HOSTILE}"
    seen.feed(page(found, verdict, content, test, classes, rows, *SHOWN))
    assert {"script", "img", "iframe", "link"}.isdisjoint(seen.tags)
    assert seen.tags.count("svg") == {"regression": 4, "binary": 5, "multiclass": 2}[found.task]
    assert HOSTILE in seen.text
    for title in ("What it goes by", "Slices", "Where it is most wrong", "How it was made"):
        assert title in seen.text
    policy = re.search(
        r'Security-Policy" content="([^"]+)"', page(found, "", content, test, classes, rows, [], {})
    )
    assert policy and policy[1].startswith("default-src 'none'")


@pytest.mark.parametrize("found", TASKS, ids=IDS)
def test_the_worst_errors_come_first(found: Declaration) -> None:
    test, classes, rows, content = everything(found)
    wrong = rows.found.copy()
    wrong[7] = 1e6 if not classes else np.eye(len(classes))[int(rows.truth[7]) - 1]
    marked = test.assign(a=0.0)
    marked.iloc[7, marked.columns.get_loc("a")] = 424242.0
    text = page(found, "", content, marked, classes, replace(rows, found=wrong), [], {})
    assert text.index("Where it is most wrong") < text.index("4.242e+05")


def test_shuffling_what_a_model_goes_by_costs_more_than_shuffling_noise() -> None:
    parts = split(table(REGRESSION), REGRESSION)
    rows, _ = judged(REGRESSION, parts)
    source = np.random.default_rng(1)
    found = importance(
        rows, {"b": rows.found + 0.001, "a": source.permutation(rows.found)}, REGRESSION
    )
    assert [name for name, _ in found] == ["a", "b"]
    assert found[0][1] > 0.5 > abs(found[1][1])


@pytest.mark.parametrize("found", TASKS, ids=IDS)
def test_the_card_holds_what_the_report_says(found: Declaration) -> None:
    *_, content = everything(found)
    data = {"data_sha256": "a" * 64, "rows": {"train": 1}}
    card = json.loads(model_card(found, "good", content, data, [("a", 0.5)]))
    test_set, place = card["evaluation_details"]
    named = {group["name"]: group["metric_data"] for group in test_set["metric_groups"]}
    assert {"name": "skill", "type": "number", "value": content["gate"]["skill"]} in named["gate"]
    assert named["importance by permutation"] == [{"name": "a", "type": "number", "value": 0.5}]
    assert place["name"] == f"place={HOSTILE}"
    assert card["additional_information"]["custom_details"]["data"] == "a" * 64


def test_probabilities_that_say_what_happens_have_no_calibration_error() -> None:
    truth = np.array([0, 0, 0, 1, 1, 1, 1, 0])
    honest = np.array([0.25] * 4 + [0.75] * 4)
    assert calibration_error(truth, honest) == pytest.approx(0)
    assert calibration_error(truth, np.full(8, 0.95)) == pytest.approx(0.45)


def test_the_threshold_of_rare_positives_is_not_one_half() -> None:
    truth = np.array([0] * 95 + [1] * 5)
    probability = np.concatenate([np.linspace(0, 0.1, 95), np.linspace(0.2, 0.3, 5)])
    assert 0.1 < best_threshold(truth, probability) <= 0.2


def test_the_registry_takes_every_value_that_is_recorded() -> None:
    # CreateModelPackage, CustomerMetadataProperties.
    assert words({"a": 1, "b": "x"}) == "a=1 b=x"
    assert words("s3://b/data (1), 'x'.csv") == "s3://b/data _1__ _x_.csv"
    assert len(words("x" * 1000)) == LONGEST
