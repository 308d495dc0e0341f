"""The training as it runs in AWS: the same scripts, as processes on this machine."""

import importlib.util
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from declared_rows import DECLARED, FEATURES, TABLE, as_csv, as_json, data_file, rows
from metrics import report
from preprocess import MINIMUM_ROWS, checked
from splits import split
from tables import BadData, read, read_folder
from train import evaluated

from ml_pipelines.bounds import bounds
from ml_pipelines.declared import METRIC_GROUPS
from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.sources import REPOSITORY

NUMBERS = TABLE.of_type("number")
CATEGORIES = TABLE.of_type("category")
KNOWN = next(iter(DECLARED.hyperparameters))
needs_a_number = pytest.mark.skipif(not NUMBERS, reason="no feature is a number")


@pytest.fixture(scope="session")
def serving(model_dir: Path) -> Any:
    """The serving code out of the model's own archive."""
    spec = importlib.util.spec_from_file_location("served", model_dir / "code" / "inference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_model_is_better_than_none(trained: tuple[Path, dict[str, Any]]) -> None:
    report = trained[1]
    assert report["gate"]["skill"] > 0
    metric = DECLARED.gate.metric
    values = report[METRIC_GROUPS[DECLARED.task]]
    assert report["gate"]["value"] == values[metric]["value"]
    assert values[metric]["value"] != values[f"baseline_{metric}"]["value"]


def test_the_parts_are_disjoint_and_have_their_shares() -> None:
    found = read(data_file(), TABLE)
    parts = split(found, DECLARED)
    again = split(found, DECLARED)
    assert all(parts[name].equals(again[name]) for name in parts)
    total = sum(map(len, parts.values()))
    shares = {"validation": DECLARED.split.validation, "test": DECLARED.split.test}
    for name, share in shares.items():
        assert abs(len(parts[name]) / total - share) < 0.1
    columns = [name for name in TABLE.kept if name != TABLE.identifier]
    seen: set[tuple[object, ...]] = set()
    for part in parts.values():
        own = {tuple(map(str, row)) for row in part[columns].itertuples(index=False)}
        assert not own & seen
        seen |= own


def test_served_predictions_are_those_of_the_evaluation(
    trained: tuple[Path, dict[str, Any]], model_dir: Path, serving: Any
) -> None:
    processed = trained[0] / "preprocess" / "opt" / "ml" / "processing"
    parts = {name: read_folder(processed / name, TABLE.handed_on) for name in ("train", "test")}
    model = serving.model_fn(str(model_dir))
    rows = evaluated(model.scores(parts["test"]), model.classes, *parts.values(), DECLARED)
    group = METRIC_GROUPS[DECLARED.task]
    assert report(DECLARED, rows)[group] == trained[1][group]


def test_every_form_of_a_request_gives_the_same_answer(model_dir: Path, serving: Any) -> None:
    model, asked = serving.model_fn(str(model_dir)), rows(3)
    lists = json.dumps({"instances": [[row[name] for name in FEATURES] for row in asked]})
    forms = [
        (as_csv(asked), "text/csv"),
        (as_csv(asked, header=True), "text/csv"),
        (as_csv(asked).replace("\n", "\r\n").encode(), "text/csv; charset=utf-8"),
        (as_json(asked), "application/json"),
        (lists, "application/json"),
    ]
    answers = [serving.predict_fn(serving.input_fn(*form), model) for form in forms]
    assert len(answers[0]) == 3
    assert answers == [answers[0]] * len(forms)
    text, kind = serving.output_fn(answers[0], "application/json")
    assert (json.loads(text), kind) == ({"predictions": answers[0]}, "application/json")
    text, kind = serving.output_fn(answers[0], "text/csv")
    assert (text.count("\n"), kind) == (3, "text/csv")


def test_a_bad_request_is_answered_as_one_and_not_as_a_failure(serving: Any) -> None:
    asked = serving.input_fn("", "text/csv")
    answer = serving.output_fn(serving.predict_fn(asked, None), "text/csv")
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert answer.get_data(as_text=True) == "the request holds no row\n"


def test_a_feature_that_nobody_says_is_refused_by_its_name(serving: Any) -> None:
    first, second = rows(2)
    del second[FEATURES[-1]]
    with pytest.raises(ValueError, match=re.escape(f"row 2 lacks '{FEATURES[-1]}'; where its")):
        serving.rows(as_json([first, second]), "application/json")


def test_what_is_null_or_empty_is_missing_in_every_form(model_dir: Path, serving: Any) -> None:
    model, (row, *_) = serving.model_fn(str(model_dir)), rows(1)
    forms = [
        (json.dumps({"instances": [{**row, FEATURES[0]: None}]}), "application/json"),
        (as_csv([{**row, FEATURES[0]: ""}]), "text/csv"),
    ]
    answers = [serving.predict_fn(serving.input_fn(*form), model) for form in forms]
    assert answers == [answers[0]] * len(forms)


@pytest.mark.skipif(not CATEGORIES, reason="no feature is a category")
def test_a_category_that_training_has_not_seen_is_served(model_dir: Path, serving: Any) -> None:
    model, (row, *_) = serving.model_fn(str(model_dir)), rows(1)
    strange = as_csv([{**row, CATEGORIES[0]: "never seen before"}])
    assert len(serving.predict_fn(serving.input_fn(strange, "text/csv"), model)) == 1


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ("", "text/csv", "the request holds no row"),
        ("{}", "application/json", 'JSON must be {"instances"'),
        ("{", "application/json", "the request is not JSON"),
        ('{"instances": [5]}', "application/json", "row 1 is 5, neither a list nor an object"),
        ('{"instances": [{"no such": 1}]}', "application/json", "row 1 has 'no such', allowed are"),
        ('{"instances": [[]]}', "application/json", "row 1 has 0 values"),
        ('{"instances": [{}]}', "application/json", f"row 1 lacks '{FEATURES[0]}'"),
        ("<a/>", "application/xml", "content type 'application/xml' is not known"),
    ],
)
def test_a_bad_request_is_told_why(serving: Any, body: str, content_type: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        serving.rows(body, content_type)


@pytest.mark.parametrize("extra", [1, -1])
def test_a_row_with_another_number_of_values_is_refused(serving: Any, extra: int) -> None:
    values = list(rows(1)[0].values())
    body = json.dumps({"instances": [[*values, "1"] if extra > 0 else values[:-1]]})
    with pytest.raises(ValueError, match=f"row 1 has {len(FEATURES) + extra} values"):
        serving.rows(body, "application/json")
    line = as_csv(rows(1), without="" if extra > 0 else FEATURES[-1]).strip()
    with pytest.raises(ValueError, match=f"{len(FEATURES)} are needed"):
        serving.rows(line + (",1" if extra > 0 else ""), "text/csv")


@needs_a_number
@pytest.mark.parametrize("value", ["a", "inf", "1e999"])
def test_a_value_that_is_no_number_is_named_with_its_row(serving: Any, value: str) -> None:
    first, second = rows(2)
    body = as_csv([first, {**second, NUMBERS[0]: value}])
    with pytest.raises(
        ValueError, match=re.escape(f"row 2: {NUMBERS[0]} is '{value}', not a number")
    ):
        serving.rows(body, "text/csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bad.csv is empty"),
        (b"\xff\xfe\x00", "bad.csv is not a CSV file in UTF-8"),
        (b"just one value\n", f"{len(TABLE.columns)} are needed"),
    ],
)
def test_bad_data_stops_the_first_step_with_a_reason(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "bad.csv").write_bytes(content)
    job = LocalJob(name="p", script="preprocess.py", inputs={"input": tmp_path / "bad.csv"})
    with pytest.raises(JobFailed) as raised:
        run(job, tmp_path / "jobs")
    assert words in str(raised.value)
    assert "Traceback" not in str(raised.value)


def test_too_few_rows_and_rows_without_label_are_refused() -> None:
    found = read(data_file(), TABLE)
    with pytest.raises(BadData, match=f"{MINIMUM_ROWS} are needed"):
        checked(found.head(MINIMUM_ROWS - 1), DECLARED)
    found[TABLE.label] = found[TABLE.label].astype(object)
    found.loc[found.index[2], TABLE.label] = ""
    with pytest.raises(BadData, match=re.escape(f"row 3: {TABLE.label} is missing")):
        checked(found, DECLARED)
    found[TABLE.label] = ""
    with pytest.raises(BadData) as raised:
        checked(found, DECLARED)
    assert len(str(raised.value).splitlines()) == 11
    assert f"and in {len(found) - 10} rows more" in str(raised.value)


def test_a_training_without_data_leaves_a_reason_for_sagemaker(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    job = LocalJob(name="t", script="train.py", inputs={"train": empty}, training=True)
    with pytest.raises(JobFailed):
        run(job, tmp_path / "jobs")
    failure = tmp_path / "jobs" / "t" / "opt" / "ml" / "output" / "failure"
    assert "channel 'train'" in failure.read_text()
    assert "holds no file" in failure.read_text()


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"no_such": 0.1}, f"'no_such' is not known; allowed are {KNOWN}"),
        ({KNOWN: "many"}, f"'{KNOWN}' is 'many', not a positive number"),
    ],
)
def test_a_wrong_hyperparameter_stops_the_training_with_a_reason(
    trained: tuple[Path, dict[str, Any]], tmp_path: Path, chosen: dict[str, object], words: str
) -> None:
    parts = trained[0] / "preprocess" / "opt" / "ml" / "processing"
    job = LocalJob(
        name="t",
        script="train.py",
        inputs={name: parts / name for name in ("train", "validation")},
        hyperparameters=chosen,
        training=True,
    )
    with pytest.raises(JobFailed, match=words):
        run(job, tmp_path)


def trained_again(skill: float) -> "subprocess.CompletedProcess[str]":
    """The command, with a bound for the skill and none besides."""
    first, *others = bounds(DECLARED)
    arguments = [first.option, str(skill)]
    for bound in others:
        arguments += [bound.option, str(math.inf if bound.at_most else -math.inf)]
    return subprocess.run(
        [sys.executable, "-m", "ml_pipelines.run_locally", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_training_gives_the_same_report_and_passes_what_it_reaches(
    trained: tuple[Path, dict[str, Any]],
) -> None:
    done = trained_again(0.0)
    assert done.returncode == 0, done.stderr
    assert DECLARED.gate.metric in done.stdout
    report = (REPOSITORY / "local-run" / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(report) == trained[1]


def test_a_training_that_does_not_reach_a_bound_fails() -> None:
    done = trained_again(1.1)
    assert done.returncode == 1
    assert DECLARED.gate.metric in done.stdout
    assert "at least 1.1 is allowed" in done.stderr
    assert "Traceback" not in done.stderr
