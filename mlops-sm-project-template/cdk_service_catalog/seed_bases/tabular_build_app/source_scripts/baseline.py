"""What the rows of a training look like: the baseline that the model's traffic is compared with.

It lies in the model's own archive, so it is sealed, approved and deployed with the model. Both files
have the forms of SageMaker Model Monitor (Developer Guide, "Schema for Statistics" and "Schema for
Constraints"), for those who read or compare them with its tools.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from declaration import Declaration
from sketches import kll

FOLDER = "baseline"
STATISTICS, CONSTRAINTS = "statistics.json", "constraints.json"
ANSWER = "prediction"
KEPT_VALUES = 100
"""So many values of a category are kept with their counts."""
DOMAIN = 50
"""With no more values than that, a value that the training has not seen is strange."""
MORE_MISSING = 0.05
"""The share of values that may be missing besides those that the training missed."""


def kinds(found: Declaration) -> dict[str, str]:
    """What is looked at: the type of each feature, and of the answer."""
    answer = "category" if found.task == "multiclass" else "number"
    return {**{n: found.table.columns[n] for n in found.table.features}, answer_of(found): answer}


def answer_of(found: Declaration) -> str:
    """The name of the answer, which no feature has."""
    name = ANSWER
    while name in found.table.columns:
        name += "_"
    return name


def looked_at(
    rows: pd.DataFrame, answers: Sequence[float | str], found: Declaration
) -> dict[str, "pd.Series[Any]"]:
    """The columns by name: features of rows, and answers, which may be of other rows."""
    features = {name: rows[name] for name in found.table.features}
    return {**features, answer_of(found): pd.Series(list(answers), dtype=object)}


def statistics(columns: Mapping[str, "pd.Series[Any]"], types: Mapping[str, str]) -> dict[str, Any]:
    """Of each column: how much is there, and how it is distributed."""
    return {
        "version": 0,
        "dataset": {"item_count": max(map(len, columns.values()), default=0)},
        "features": [
            _text(name, columns[name], kind)
            if kind in ("category", "text")
            else _number(name, columns[name])
            for name, kind in types.items()
        ],
    }


def _number(name: str, column: "pd.Series[Any]") -> dict[str, Any]:
    values = pd.to_numeric(column).to_numpy(dtype=np.float64)
    there = values[np.isfinite(values)]
    kind = "Integral" if np.equal(np.mod(there, 1), 0).all() else "Fractional"
    measured: dict[str, Any] = {
        "common": {"num_present": len(there), "num_missing": len(values) - len(there)}
    }
    if len(there):
        measured |= {
            "mean": float(there.mean()),
            "sum": float(there.sum()),
            "std_dev": float(there.std()),
            "min": float(there.min()),
            "max": float(there.max()),
        }
    measured["distribution"] = {"kll": kll(there)}
    inferred = kind if len(there) else "Unknown"
    return {"name": name, "inferred_type": inferred, "numerical_statistics": measured}


def _text(name: str, column: "pd.Series[Any]", kind: str) -> dict[str, Any]:
    said = column.astype(str)
    there = said[column.notna() & (said != "")]
    # Free words are nobody's categories, and may be about persons.
    counts = there.value_counts() if kind == "category" else pd.Series(dtype=int)
    # In one order, whatever the order of the rows.
    kept = sorted(counts.items(), key=lambda row: (-int(row[1]), str(row[0])))[:KEPT_VALUES]
    return {
        "name": name,
        "inferred_type": "String" if len(there) else "Unknown",
        "string_statistics": {
            "common": {"num_present": len(there), "num_missing": len(said) - len(there)},
            "distinct_count": int(there.nunique()),
            "distribution": {
                "categorical": {
                    "buckets": [{"value": str(value), "count": int(n)} for value, n in kept]
                }
            },
        },
    }


def constraints(known: Mapping[str, Any], found: Declaration) -> dict[str, Any]:
    """What is expected of traffic, by the statistics of the training."""
    types = kinds(found)
    return {
        "version": 0,
        "features": [_expected(row, types[row["name"]], found) for row in known["features"]],
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 0.1,
            "domain_content_threshold": 0.1,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": found.monitoring.drift,
                "comparison_method": "Robust",
                "categorical_comparison_threshold": found.monitoring.drift,
                "categorical_drift_method": "LInfinity",
            },
        },
    }


def _expected(row: Mapping[str, Any], kind: str, found: Declaration) -> dict[str, Any]:
    measured = row.get("numerical_statistics") or row["string_statistics"]
    common = measured["common"]
    share = common["num_present"] / max(1, common["num_present"] + common["num_missing"])
    expected: dict[str, Any] = {
        "name": row["name"],
        "inferred_type": row["inferred_type"],
        "completeness": max(0.0, share - MORE_MISSING),
        "monitoringConfigOverrides": {},
    }
    if "min" in measured:
        expected["num_constraints"] = {"is_non_negative": measured["min"] >= 0}
    if kind == "category" and 0 < measured["distinct_count"] <= DOMAIN:
        buckets = measured["distribution"]["categorical"]["buckets"]
        expected["string_constraints"] = {"domains": [bucket["value"] for bucket in buckets]}
    if row["name"] in found.monitoring.ignored:
        expected["monitoringConfigOverrides"] = {"evaluate_constraints": "Disabled"}
    elif kind in ("date", "text"):
        # Time goes on, and free words have no distribution: only what is missing says something.
        expected["monitoringConfigOverrides"] = {
            "distribution_constraints": {"perform_comparison": "Disabled"}
        }
    return expected


def write(
    model_dir: Path, train: pd.DataFrame, answers: Sequence[float | str], found: Declaration
) -> None:
    """Leave the baseline in the model's folder.

    Args:
        answers: to rows that the model has not learnt.
    """
    known = statistics(looked_at(train, answers, found), kinds(found))
    folder = model_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in ((STATISTICS, known), (CONSTRAINTS, constraints(known, found))):
        (folder / name).write_text(json.dumps(content, allow_nan=False) + "\n", encoding="utf-8")


def digests(model_dir: Path) -> dict[str, str]:
    """The hashes of the files, as a version records them."""
    return {
        f"{name.partition('.')[0].capitalize()}Digest": "sha256:"
        + hashlib.sha256((model_dir / FOLDER / name).read_bytes()).hexdigest()
        for name in (STATISTICS, CONSTRAINTS)
    }


def hand_on(model_dir: Path, target: Path) -> None:
    """Copy the baseline of a model to where its version names it."""
    for name in (STATISTICS, CONSTRAINTS):
        shutil.copyfile(model_dir / FOLDER / name, target / name)
