"""The evaluation as a page for people: `report.html`, without scripts and in one file."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plots
from declaration import METRIC_GROUPS, Declaration
from metrics import Evaluated, reliability
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

EXAMPLES = 10
LONGEST = 20
"""So many features are shown, the most important ones."""
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#111}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{border:1px solid #ccc;padding:.2rem .6rem;
text-align:left}svg{margin:0 1rem 1rem 0;vertical-align:top}svg text{font:10px sans-serif;fill:#333}
circle{fill:#1f5fa8;fill-opacity:.45}rect{fill:#1f5fa8}.frame{fill:none;stroke:#999}
.line{fill:none;stroke:#1f5fa8;stroke-width:2}.ideal{fill:none;stroke:#999;stroke-dasharray:4}
"""
HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head><body><h1>{title}</h1>
"""


def page(
    found: Declaration,
    verdict: str,
    report: dict[str, Any],
    test: pd.DataFrame,
    classes: tuple[str, ...],
    rows: Evaluated,
    importance: Sequence[tuple[str, float]],
    learnt: Mapping[str, Sequence[plots.Point]],
) -> str:
    """The page; everything in it that comes from the data is escaped."""
    parts = [
        HEAD.format(title=escape(f"Evaluation: {found.table.label}"), style=STYLE),
        "".join(f"<p>{escape(words)}</p>" for words in verdict.split("; ")),
        _section("Metrics on the test set", _metrics(found, report)),
        _section("What it is like", "".join(_plots(found, classes, rows))),
        _section(
            "How it has learnt",
            "".join(plots.curve(name, points, "iteration") for name, points in learnt.items()),
        ),
        _section(
            "What it goes by",
            "<p>What is lost, as a share of the way from the baseline to a perfect model, when the "
            "values of a column are shuffled.</p>"
            + plots.bars("importance by permutation", importance[:LONGEST]),
        ),
    ]
    if report["slices"]:
        parts.append(_section("Slices", _slices(report["slices"])))
    parts.append(_section("Where it is most wrong", _examples(found, test, classes, rows)))
    parts.append(_section("How it was made", _table(("", ""), _flat(report["training"]))))
    return "".join([*parts, "</body></html>\n"])


def _section(title: str, content: str) -> str:
    return f"<h2>{escape(title)}</h2>{content}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [
        "<tr>" + "".join(f"<td>{escape(_text(value))}</td>" for value in row) + "</tr>"
        for row in rows
    ]
    titles = "".join(f"<th>{escape(name)}</th>" for name in head)
    return f"<table><tr>{titles}</tr>{''.join(lines)}</table>"


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)


def _metrics(found: Declaration, report: dict[str, Any]) -> str:
    own = report[METRIC_GROUPS[found.task]]
    names = [name for name in own if not name.startswith("baseline_")]
    without = {name: own.get(f"baseline_{name}", {}).get("value") for name in names}
    return _table(
        ("metric", "this model", "no model"),
        ((name, own[name]["value"], without[name]) for name in names),
    )


def _plots(found: Declaration, classes: tuple[str, ...], rows: Evaluated) -> list[str]:
    if found.task == "regression":
        pairs = list(zip(map(float, rows.truth), map(float, rows.found), strict=True))
        residuals = [(predicted, predicted - truth) for truth, predicted in pairs]
        return [
            plots.points("predicted and true", pairs, "true", "predicted", diagonal=True),
            plots.points("residuals", residuals, "predicted", "predicted - true"),
        ]
    if found.task == "multiclass":
        counts = confusion_matrix(rows.truth, rows.found.argmax(axis=1), labels=range(len(classes)))
        table = ((name, *map(int, line)) for name, line in zip(classes, counts, strict=True))
        return [_table(("true \\ predicted", *classes), table)]
    probability = rows.found[:, 1]
    wrongly, rightly, _ = roc_curve(rows.truth, probability)
    precision, recall, _ = precision_recall_curve(rows.truth, probability)
    calibration = [(said, is_so) for said, is_so, _ in reliability(rows.truth, probability)]
    return [
        plots.line("ROC", list(zip(wrongly, rightly, strict=True)), "false alarms", "found", True),
        plots.line("precision", list(zip(recall, precision, strict=True)), "recall", "precision"),
        plots.line("calibration", calibration, "probability", "share that is positive", True),
    ]


def _slices(found: Sequence[dict[str, Any]]) -> str:
    keys = ("column", "value", "rows", "skill", "lost", "note")
    return _table(keys, ([each[key] for key in keys] for each in found))


def _examples(
    found: Declaration, test: pd.DataFrame, classes: tuple[str, ...], rows: Evaluated
) -> str:
    if classes:
        wrong = 1 - rows.found[np.arange(len(rows.truth)), rows.truth.astype(int)]
        said = [classes[place] for place in rows.found.argmax(axis=1)]
    else:
        wrong = np.abs(rows.found - rows.truth)
        said = [float(value) for value in rows.found]
    worst = np.argsort(-wrong, kind="stable")[:EXAMPLES]
    lines = ([said[place], *test.iloc[place].tolist()] for place in worst)
    return _table(("predicted", *map(str, test.columns)), lines)


def _flat(content: dict[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in content.items():
        if isinstance(value, dict):
            yield from ((f"{name}: {inner}", each) for inner, each in value.items())
        else:
            yield name, value
