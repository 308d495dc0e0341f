"""How right a version is: labels beside the captured answers, measured as the gate has done.

Runs from the model's own archive. The model answers the labelled requests again, for two reasons:
a captured answer that differs is one of another version, and metrics of classes need the
probability of each, which no answer holds.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import captures
import inference
import labels
import numpy as np
import pandas as pd
from comparison import least_lost
from declaration import Declaration
from metrics import Evaluated, Numbers, report
from models import Model
from tables import REPORTED
from training_record import WITHOUT, read

FILE = "model_quality.json"
WRONG_SHARE = 0.1
"""More labels than that which say nothing are a fault of whoever brings them."""
SAME = 1e-6
"""Relative and absolute: so alike does one version answer on any machine."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is measured, and beside what.

    Attributes:
        days: before `until`; labels of older requests are late.
        minimum: with fewer labels, nothing is measured.
        tested: the skill that the version's test set has shown.
    """

    until: datetime
    days: int
    minimum: int
    tested: float | None


@dataclass(frozen=True)
class Quality:
    """What is found: `wrong` are reasons for an alarm, `words` are for people."""

    words: str
    report: Mapping[str, Any]
    wrong: Sequence[str] = ()


@dataclass
class Joined:
    """Labels beside the rows and the answers of their requests.

    Attributes:
        late, unknown: where labels are whose requests are too old, or not captured.
        problems: why other labels are not used, with file, line and column.
    """

    late: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    truth: list[float] = field(default_factory=list)
    rows: list[pd.DataFrame] = field(default_factory=list)
    answers: list[float | str] = field(default_factory=list)


def measure(folder: Path, model_dir: Path, found: Declaration, asked: Asked) -> Quality:
    """Measure a version by what has been labelled of its answers.

    Args:
        folder: of the captures, with the labels.
    """
    if not (folder / captures.LABELS).is_dir():
        return Quality("no labels have arrived", {"labels": 0})
    model = inference.model_fn(str(model_dir))
    brought = labels.read(folder / captures.LABELS)
    joined = join(folder, brought, model, found, asked)
    rows = own_rows(joined, model, read(model_dir).content[WITHOUT])
    content: dict[str, Any] = {
        "labels": brought.count,
        "used": len(rows.truth),
        "answered_by_another_version": len(joined.truth) - len(rows.truth),
        **_told("late", joined.late),
        **_told("unknown", joined.unknown),
        **_told("not_usable", joined.problems),
    }
    words = f"{len(rows.truth)} of {brought.count} labels are of answers of this version"
    wrong = _unusable(brought.count, joined)
    if len(rows.truth) < asked.minimum:
        return Quality(f"{words}, too few (minimum_labels: {asked.minimum})", content, wrong)
    if model.classes and len(np.unique(rows.truth)) < 2:
        return Quality(f"{words}, all of one class, which says nothing", content, wrong)
    content |= report(found, rows)
    gate = content["gate"]
    words += f": {found.gate.metric} {gate['value']:.4g}, skill {gate['skill']:.3f}"
    if asked.tested is None:
        return Quality(f"{words}, and the version records none to compare", content, wrong)
    lost = least_lost(rows, asked.tested, found)
    content["tested"] = {"skill": asked.tested, "surely_lost": lost}
    words += f" ({asked.tested:.3f} on the test set)"
    if lost > found.monitoring.worse_than_tested:
        wrong.append(f"{words}: {lost:.0%} of the way to a perfect model are surely lost")
    return Quality(words, content, wrong)


def join(
    folder: Path, brought: labels.Brought, model: Model, found: Declaration, asked: Asked
) -> Joined:
    """Each label beside its request, or why that cannot be."""
    joined = Joined(problems=list(brought.problems))
    first = asked.until - timedelta(days=asked.days)
    seen = set()
    for request in captures.requests(folder, brought.by_id, asked.until):
        own = brought.by_id[request.inference_id]
        if request.inference_id in seen:
            words = f"two requests have the id '{request.inference_id}'; the first counts"
            joined.problems.append(f"{own[0].where}, {labels.ID}: {words}")
            continue
        seen.add(request.inference_id)
        if request.when < first:
            joined.late += [label.where for label in own]
            continue
        for label in own:
            _put(label, request, model, found, joined)
    for name in brought.by_id.keys() - seen:
        joined.unknown += [label.where for label in brought.by_id[name]]
    joined.unknown.sort()
    return joined


def _put(
    label: labels.Label, request: captures.Request, model: Model, found: Declaration, to: Joined
) -> None:
    count = len(request.rows)
    if (label.row is None and count > 1) or (label.row or 1) > count:
        said = "nothing" if label.row is None else label.row
        to.problems.append(f"{label.where}, {labels.ROW}: {said}, but the request has {count} rows")
        return
    try:
        value = labels.value(label.value, model.classes, found)
    except ValueError as error:
        to.problems.append(f"{label.where}, {labels.LABEL}: {error}")
        return
    place = (label.row or 1) - 1
    to.truth.append(value)
    to.rows.append(request.rows.iloc[[place]])
    to.answers.append(request.answers[place])


def own_rows(joined: Joined, model: Model, without: Sequence[float]) -> Evaluated:
    """Those rows that this version has answered, with its scores and what no model would say."""
    truth = np.array(joined.truth, dtype=np.int64 if model.classes else np.float64)
    if not joined.rows:
        empty: Numbers = np.empty((0, len(without)))
        return Evaluated(truth, empty, empty)
    table = pd.concat(joined.rows, ignore_index=True)
    pairs = zip(model.answers(table), joined.answers, strict=True)
    own = np.flatnonzero([_alike(answer, captured) for answer, captured in pairs])
    baseline = np.tile(np.array(without), (len(truth), 1))
    baseline = baseline if model.classes else baseline[:, 0]
    return Evaluated(truth, model.scores(table), baseline).of(own)


def _unusable(count: int, joined: Joined) -> list[str]:
    """What whoever brings the labels has to correct.

    Captures are samples and expire, so labels without a request are usual, unless all are.
    """
    found = []
    if len(joined.problems) > WRONG_SHARE * count:
        found.append(f"{len(joined.problems)} of {count} labels say nothing: {joined.problems[0]}")
    if joined.unknown and len(joined.unknown) + len(joined.problems) == count:
        found.append(f"no label has the id of a captured request: {joined.unknown[0]}")
    return found


def _told(kind: str, places: Sequence[str]) -> dict[str, Any]:
    return {kind: {"count": len(places), "first": list(places[:REPORTED])}}


def _alike(own: float | str, captured: float | str) -> bool:
    if isinstance(own, str):
        return own == str(captured)
    return math.isclose(own, float(captured), rel_tol=SAME, abs_tol=SAME)
