"""Traffic as an endpoint captures it, compared by the model's own code with its own baseline."""

import hashlib
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import captures
import inference
import jsonschema
import numpy as np
import pandas as pd
import pytest
from baseline import answer_of, constraints, kinds, looked_at, statistics
from captured_requests import NOW, Side, answers, job, line
from declaration import Declaration, Gate, Monitoring, Table
from declared_rows import DECLARED, TABLE, as_csv, as_json, rows
from drift import violations
from scipy import stats
from sketches import categorical_distance, kll, numerical_distance

from ml_pipelines.script_processes import run

NUMBER = {"type": "number"}
COMMON = {
    "type": "object",
    "required": ["num_present", "num_missing"],
    "properties": {"num_present": {"type": "integer"}, "num_missing": {"type": "integer"}},
}
SKETCH = {
    "type": "object",
    "required": ["parameters", "data"],
    "properties": {
        "parameters": {"type": "object", "required": ["c", "k"]},
        "data": {"type": "array", "items": {"type": "array", "items": NUMBER}},
    },
}
STATISTICS = {
    "type": "object",
    "required": ["version", "dataset", "features"],
    "properties": {
        "version": {"const": 0},
        "dataset": {"type": "object", "required": ["item_count"]},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "inferred_type"],
                "oneOf": [
                    {"required": ["numerical_statistics"]},
                    {"required": ["string_statistics"]},
                ],
                "properties": {
                    "inferred_type": {"enum": ["Integral", "Fractional", "String", "Unknown"]},
                    "numerical_statistics": {
                        "type": "object",
                        "required": ["common", "distribution"],
                        "properties": {
                            "common": COMMON,
                            **dict.fromkeys(("mean", "sum", "std_dev", "min", "max"), NUMBER),
                            "distribution": {
                                "type": "object",
                                "properties": {"kll": {"properties": {"sketch": SKETCH}}},
                            },
                        },
                    },
                    "string_statistics": {
                        "type": "object",
                        "required": ["common", "distinct_count", "distribution"],
                        "properties": {"common": COMMON},
                    },
                },
            },
        },
    },
}
"""SageMaker Developer Guide, "Schema for Statistics (statistics.json file)"."""
CONSTRAINTS = {
    "type": "object",
    "required": ["version", "features", "monitoring_config"],
    "properties": {
        "version": {"const": 0},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "inferred_type", "completeness"],
                "properties": {
                    "name": {"type": "string"},
                    "inferred_type": {"enum": ["Integral", "Fractional", "String", "Unknown"]},
                    "completeness": {"type": "number", "minimum": 0, "maximum": 1},
                    "num_constraints": {
                        "type": "object",
                        "properties": {"is_non_negative": {"type": "boolean"}},
                    },
                    "string_constraints": {
                        "type": "object",
                        "properties": {"domains": {"type": "array", "items": {"type": "string"}}},
                    },
                    "monitoringConfigOverrides": {"type": "object"},
                },
            },
        },
        "monitoring_config": {
            "type": "object",
            "required": [
                *("evaluate_constraints", "emit_metrics", "datatype_check_threshold"),
                *("domain_content_threshold", "distribution_constraints"),
            ],
        },
    },
}
"""SageMaker Developer Guide, "Schema for Constraints (constraints.json file)"."""


def test_the_baseline_of_a_model_has_the_forms_that_aws_documents(model_dir: Path) -> None:
    known, expected = (
        json.loads((model_dir / "baseline" / f"{name}.json").read_text())
        for name in ("statistics", "constraints")
    )
    jsonschema.validate(known, STATISTICS)
    jsonschema.validate(expected, CONSTRAINTS)
    names = [*TABLE.features, answer_of(DECLARED)]
    assert [row["name"] for row in known["features"]] == names
    assert [row["name"] for row in expected["features"]] == names


def test_the_version_names_the_files_that_are_in_its_archive(
    trained: tuple[Path, dict[str, Any]], model_dir: Path
) -> None:
    evaluated = trained[0] / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    recorded = json.loads((evaluated / "registration.json").read_text())
    for name in ("statistics", "constraints"):
        content = (model_dir / "baseline" / f"{name}.json").read_bytes()
        assert (evaluated / f"{name}.json").read_bytes() == content
        digest = hashlib.sha256(content).hexdigest()
        assert recorded[f"{name.capitalize()}Digest"] == f"sha256:{digest}"


def test_every_form_of_a_request_is_read_as_the_model_read_it(
    model_dir: Path, tmp_path: Path
) -> None:
    asked = rows(240, spread=True)
    said = answers(model_dir, asked)
    lines = []
    for start in range(0, len(asked), 4):
        some, told = asked[start : start + 4], said[start : start + 4]
        in_csv = ("text/csv; charset=utf-8", "".join(f"{value}\n" for value in told))
        in_json = ("application/json", json.dumps({"predictions": told}))
        forms: list[tuple[Side, Side, str]] = [
            (("text/csv", as_csv(some)), in_csv, "CSV"),
            (("text/csv", as_csv(some, header=True)), in_csv, "CSV"),
            (("application/json", as_json(some)), in_json, "JSON"),
            (("text/csv; charset=utf-8", as_csv(some)), in_json, "BASE64"),
        ]
        lines.append(line(*forms[start // 4 % 4]))
    result = job(model_dir, tmp_path, lines)
    assert (result["requests"], result["rows"]) == (60, 240)
    assert [row for row in result["found"] if row["feature_name"] in TABLE.features] == []


def test_a_feature_that_has_drifted_is_named_and_an_old_request_is_not_looked_at(
    model_dir: Path, tmp_path: Path
) -> None:
    numbers, categories = TABLE.of_type("number"), TABLE.of_type("category")
    name, value = (numbers[0], "987654321") if numbers else (categories[0], "never seen")
    asked = [{**row, name: value} for row in rows(240, spread=True)]
    told = answers(model_dir, asked)
    forms = (("application/json", as_json(asked)), ("text/csv", "\n".join(map(str, told))))
    result = job(model_dir, tmp_path, [line(*forms, "JSON")])
    checks = {
        row["constraint_check_type"] for row in result["found"] if row["feature_name"] == name
    }
    assert checks & {"baseline_drift_check", "categorical_values_check"}
    assert name in result["summary"]
    yesterday = NOW - timedelta(hours=30)
    (tmp_path / "old").mkdir()
    old = job(model_dir, tmp_path / "old", [line(*forms, "JSON", when=yesterday)], when=yesterday)
    assert (old["violations"], old["requests"], old["rows"]) == (0, 0, 0)
    assert "too few" in old["summary"]
    (tmp_path / "longer").mkdir()
    longer = (model_dir, tmp_path / "longer", [line(*forms, "JSON", when=yesterday)])
    assert job(*longer, "--hours", "48", when=yesterday)["violations"]


def test_requests_that_nobody_can_read_are_told_and_not_passed_over(
    model_dir: Path, tmp_path: Path
) -> None:
    bad = (("application/xml", "<a/>"), ("text/plain", "no\n"), "BASE64")
    result = job(model_dir, tmp_path, [line(*bad), "not JSON"])
    assert result["violations"] == 1
    assert result["found"][0]["feature_name"] == "request"
    assert "100% of the captured requests cannot be read" in result["summary"]


@pytest.mark.parametrize("bad", [(0,), (2, 5, 6, 11), tuple(range(12))])
def test_a_request_that_cannot_be_read_takes_no_other_with_it(
    bad: tuple[int, ...], tmp_path: Path
) -> None:
    asked = rows(12, spread=True)
    typed = [*TABLE.of_type("number"), *TABLE.of_type("date")]
    for place in bad:
        asked[place] = {**asked[place], **dict.fromkeys(typed[:1], "not that")}
    bodies = [as_csv([row]) if typed or n not in bad else "x" for n, row in enumerate(asked)]
    lines = [line(("text/csv", body), ("text/csv", "1\n"), "CSV") for body in bodies]
    (tmp_path / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    found = captures.traffic(tmp_path, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert len(found.unreadable) == len(bad)
    assert all("row 1: " in why or not typed for why in found.unreadable)
    read = [
        inference.rows(as_csv([row]), "text/csv") for n, row in enumerate(asked) if n not in bad
    ]
    assert len(found.rows) == len(read)
    for one, alone in zip(found.rows, read, strict=True):
        pd.testing.assert_frame_equal(one, alone, check_dtype=False)


def test_a_captured_line_ends_where_its_file_ends_it(tmp_path: Path) -> None:
    asked = as_csv(rows(1))
    one = json.loads(line(("text/csv", asked), ("text/csv", "1\n"), "CSV"))
    one["eventMetadata"]["inferenceId"] = "a\u2028b\x85c"
    text = json.dumps(one, ensure_ascii=False)
    (tmp_path / "all.jsonl").write_text(f"{text}\n{text}\n", encoding="utf-8")
    found = captures.traffic(tmp_path, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert (found.seen, len(found.rows), found.unreadable) == (2, 2, [])


def test_captures_of_a_shadow_are_left_out(model_dir: Path, tmp_path: Path) -> None:
    asked = rows(2)
    forms = (
        ("application/json", as_json(asked)),
        ("application/json", json.dumps({"predictions": answers(model_dir, asked)})),
    )
    captured = tmp_path / "ml" / "processing" / "captured"
    shadow = captured / "Shadow" / NOW.strftime("%Y/%m/%d/%H") / "09-58-21-317.jsonl"
    shadow.parent.mkdir(parents=True)
    shadow.write_text(line(*forms, "JSON") + "\n")
    assert job(model_dir, tmp_path, [line(*forms, "JSON")])["requests"] == 1


def test_a_version_without_a_baseline_says_what_to_do(model_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(model_dir / "code", tmp_path / "model" / "code")
    script = tmp_path / "model" / "code" / "drift.py"
    done = run(script, cwd=tmp_path, env={"ML_ROOT": str(tmp_path)})
    assert done.returncode == 1
    assert "no baseline: train it again" in (tmp_path / "output" / "message").read_text()


@pytest.mark.parametrize("sizes", [(400, 300), (50_000, 9_999)])
def test_a_distance_of_sketches_is_that_of_kolmogorov_and_smirnov(sizes: tuple[int, int]) -> None:
    source = np.random.default_rng(3)
    one, other = source.normal(0, 1, sizes[0]), source.gamma(2, 1, sizes[1])
    exact = float(stats.ks_2samp(one, other).statistic)
    chance = 1.8 * np.sqrt(sum(sizes) / (sizes[0] * sizes[1]))
    assert numerical_distance(kll(one), kll(other)) == pytest.approx(exact - chance, abs=2e-3)
    assert numerical_distance(kll(one), kll(one)) == 0
    levels = kll(one)["sketch"]["data"]
    assert sum(len(level) << n for n, level in enumerate(levels)) == sizes[0]
    assert max(map(len, levels)) <= 2048


def test_a_distance_of_categories_is_the_share_that_has_moved() -> None:
    before, now = {"a": 5000, "b": 5000}, {"a": 9000, "new": 1000}
    chance = 1.8 * np.sqrt(20_000 / 10_000**2)
    moved = categorical_distance(before, now, 10_000, 10_000)
    assert moved == pytest.approx(0.5 - chance)
    assert categorical_distance(before, before, 10_000, 10_000) == 0


COLUMNS = {"size": "number", "kind": "category", "day": "date", "words": "text", "y": "number"}


def declared(**monitoring: Any) -> Declaration:
    return Declaration(
        table=Table(file="data/a.csv", label="y", columns=COLUMNS),
        task="regression",
        gate=Gate(metric="mse"),
        monitoring=Monitoring(**monitoring),
    )


def table(count: int = 1000) -> pd.DataFrame:
    place = np.arange(count)
    return pd.DataFrame(
        {
            "size": place / count,
            "kind": np.where(place % 2, "a", "b"),
            "day": 20_000 + place,
            "words": [f"said {n}" for n in place],
        }
    )


def found(now: pd.DataFrame, answered: Any = None, **monitoring: Any) -> list[tuple[str, str]]:
    """The violations of rows, against those of `table`."""
    model = declared(**monitoring)
    usual = table()["size"].tolist()
    known, seen = (
        statistics(looked_at(each, told, model), kinds(model))
        for each, told in ((table(), usual), (now, usual if answered is None else answered))
    )
    rows_of = violations(seen, known, constraints(known, model))
    return [(row["feature_name"], row["constraint_check_type"]) for row in rows_of]


def test_what_looks_as_the_training_did_is_no_violation() -> None:
    assert found(table()) == []
    later = table().assign(day=lambda rows: rows["day"] + 400, words="something else")
    assert found(later) == []  # time goes on, and words have no distribution


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"size": lambda rows: rows["size"] + 0.4}, ("size", "baseline_drift_check")),
        ({"size": lambda rows: -rows["size"]}, ("size", "data_type_check")),
        (
            {"size": lambda rows: rows["size"].where(rows.index > 99)},
            ("size", "completeness_check"),
        ),
        (
            {"words": lambda rows: rows["words"].where(rows.index > 99, "")},
            ("words", "completeness_check"),
        ),
        ({"day": lambda rows: rows["day"].where(rows.index > 99)}, ("day", "completeness_check")),
        ({"kind": "a"}, ("kind", "baseline_drift_check")),
        (
            {"kind": lambda rows: rows["kind"].where(rows.index > 200, "z")},
            ("kind", "categorical_values_check"),
        ),
    ],
)
def test_each_kind_of_change_is_found(change: dict[str, Any], expected: tuple[str, str]) -> None:
    now = table().assign(**change)
    assert expected in found(now)
    assert {name for name, _ in found(now)} == {expected[0]}
    assert found(now, ignored=(expected[0],)) == []


def test_answers_that_drift_are_found_though_every_feature_stays() -> None:
    assert found(table(), [0.5] * 1000) == [("prediction", "baseline_drift_check")]
    assert found(table(), [0.5] * 1000, drift=0.9) == []
