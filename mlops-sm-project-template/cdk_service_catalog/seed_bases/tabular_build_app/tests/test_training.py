"""The training as it runs in AWS: the same scripts, as processes on this machine."""

import importlib.util
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import preprocess
import pytest
import train as training
from tables import FEATURES, LABEL, read

from ml_pipelines.local_jobs import JobFailed, LocalJob, run
from ml_pipelines.run_locally import train_locally
from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.defaults import DATA, HYPERPARAMETERS

ABALONE = os.environ.get("ABALONE_CSV", "")
"""The UCI Abalone data, where somebody has it (see data/README.md)."""


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("training")
    return folder, train_locally(REPOSITORY / DATA, folder)


@pytest.fixture(scope="session")
def model_dir(trained: tuple[Path, dict[str, Any]]) -> Path:
    return trained[0] / "train" / "opt" / "ml" / "model"


@pytest.fixture(scope="session")
def serving(model_dir: Path) -> Any:
    """The serving code out of the model's own archive."""
    spec = importlib.util.spec_from_file_location("served", model_dir / "code" / "inference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_model_is_better_than_the_mean(trained: tuple[Path, dict[str, Any]]) -> None:
    metrics = trained[1]["regression_metrics"]
    assert 0 < metrics["mse"]["value"] < 0.5 * metrics["baseline_mse"]["value"]


def test_two_trainings_give_the_same_error(
    trained: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    assert train_locally(REPOSITORY / DATA, tmp_path) == trained[1]


def test_the_parts_are_disjoint_and_together_everything() -> None:
    rows = read(REPOSITORY / DATA)
    parts = preprocess.split(rows)
    indices = [index for part in parts.values() for index in part.index]
    assert sorted(indices) == list(rows.index)
    assert [round(len(part) / len(rows), 2) for part in parts.values()] == [0.70, 0.15, 0.15]
    again = preprocess.split(rows)
    assert all(parts[name].equals(again[name]) for name in parts)
    assert not parts["test"].equals(preprocess.split(rows, seed=8)["test"])


def test_served_predictions_are_those_of_training(model_dir: Path, serving: Any) -> None:
    rows = read(REPOSITORY / DATA)
    parts = preprocess.split(rows)
    chosen = {name: float(value) for name, value in HYPERPARAMETERS.items()}
    fitted = training.fit(parts["train"], chosen)
    expected = [float(value) for value in fitted.predict(parts["test"][list(FEATURES)])]
    csv = parts["test"][list(FEATURES)].to_csv(header=False, index=False)
    model = serving.model_fn(str(model_dir))
    assert serving.predict_fn(serving.input_fn(csv, "text/csv"), model) == expected


def test_csv_and_json_give_the_same_answer(model_dir: Path, serving: Any) -> None:
    model = serving.model_fn(str(model_dir))
    row = ["M", 0.5, 0.4, 0.14, 0.6, 0.25, 0.13, 0.18]
    csv = ",".join(map(str, row))
    named = dict(zip(FEATURES, row, strict=True))
    asked = [
        (csv, "text/csv"),
        (csv.encode(), "text/csv; charset=utf-8"),
        (json.dumps({"instances": [row]}), "application/json"),
        (json.dumps({"instances": [named]}), "application/json"),
        (",".join(f'"{value}"' for value in row) + "\r\n", "text/csv"),
    ]
    answers = [serving.predict_fn(serving.input_fn(*question), model) for question in asked]
    assert answers == [answers[0]] * len(asked)
    assert json.loads(serving.output_fn(answers[0], "application/json")) == {
        "predictions": answers[0]
    }
    assert serving.output_fn(answers[0], "text/csv") == f"{answers[0][0]}\n"


@pytest.mark.parametrize("sex", ["X", ""])
def test_an_unknown_category_and_a_missing_number_are_served(
    model_dir: Path, serving: Any, sex: str
) -> None:
    model = serving.model_fn(str(model_dir))
    rows = serving.input_fn(f"{sex},0.5,,0.14,0.6,0.25,0.13,0.18", "text/csv")
    (value,) = serving.predict_fn(rows, model)
    assert 1 < value < 29


def test_a_value_that_is_absent_or_null_in_json_is_missing_as_in_csv(
    model_dir: Path, serving: Any
) -> None:
    model = serving.model_fn(str(model_dir))
    rest = {"height": 0.14, "whole_weight": 0.6, "shell_weight": 0.18}
    bodies = [{"length": 0.5, **rest}, {"length": 0.5, "sex": None, "diameter": None, **rest}]
    asked = [(json.dumps({"instances": [body]}), "application/json") for body in bodies]
    asked.append((",0.5,,0.14,0.6,,,0.18", "text/csv"))
    answers = [serving.predict_fn(serving.input_fn(*question), model) for question in asked]
    assert answers == [answers[0]] * len(asked)


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ("M,0.5", "text/csv", "row 1 has 2 values, 8 are needed: sex, length"),
        ("M,a,0.4,0.1,0.6,0.2,0.1,0.1", "text/csv", "row 1: length is 'a', not a number"),
        ("", "text/csv", "the request holds no row"),
        ("M,inf,0.4,0.1,0.6,0.2,0.1,0.1", "text/csv", "row 1: length is 'inf', not a number"),
        ("{}", "application/json", 'JSON must be {"instances"'),
        ("{", "application/json", "the request is not JSON"),
        ('{"instances": [5]}', "application/json", "row 1 is 5, neither a list nor an object"),
        ('{"instances": [{"size": 1}]}', "application/json", "row 1 has 'size', allowed are sex"),
        ("<a/>", "application/xml", "content type 'application/xml' is not known"),
    ],
)
def test_a_bad_request_is_told_why(serving: Any, body: str, content_type: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        serving.input_fn(body, content_type)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "bad.csv is empty"),
        (b"\xff\xfe", "bad.csv is not a CSV file in UTF-8"),
        (b"M,0.5,0.4\n", "3 columns, 9 are needed"),
        (b"M,0.5,0.4,0.1,0.6,0.2,0.1,0.1,old\n", "rings is 'old', not a number"),
        (b"M,inf,0.4,0.1,0.6,0.2,0.1,0.1,9\n", "length is 'inf', not a number"),
        (b"M,0.5,0.4,0.1,0.6,0.2,0.1,0.1,\n", "rings is missing"),
        (b"M,0.5,0.4,0.1,0.6,0.2,0.1,0.1,9\n" * 19, "the data has 19 rows, 20 are needed"),
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
        ({"learning_rate": 0.1}, "'learning_rate' is not known; allowed are learning-rate"),
        ({"leaves": "many"}, "'leaves' is 'many', not a positive number"),
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


def test_the_smallest_data_that_is_allowed_trains(tmp_path: Path) -> None:
    lines = (REPOSITORY / DATA).read_text().splitlines(keepends=True)
    small = tmp_path / "shells.data"
    small.write_text("".join(lines[: preprocess.MINIMUM_ROWS]))
    report = train_locally(small, tmp_path / "jobs")
    assert math.isfinite(report["regression_metrics"]["mse"]["value"])


def test_the_shipped_data_is_what_the_recipe_gives(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("generate", REPOSITORY / "data" / "generate.py")
    assert spec and spec.loader
    recipe = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recipe)
    assert recipe.generated() == recipe.FILE.read_text()


@pytest.mark.parametrize(("gate", "code"), [("6.0", 0), ("0.01", 1)])
def test_the_gate_decides_the_exit_code(gate: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ml_pipelines.run_locally", "--maximum-mse", gate],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "mean squared error (mse)" in done.stdout
    assert ("at most 0.01 is allowed" in done.stderr) == bool(code)
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not ABALONE, reason="ABALONE_CSV names no file")
def test_the_real_data_gives_an_error_below_the_usual(tmp_path: Path) -> None:
    report = train_locally(Path(ABALONE), tmp_path)
    assert report["regression_metrics"]["mse"]["value"] < 5.2


@pytest.mark.skipif(not ABALONE, reason="ABALONE_CSV names no file")
def test_the_error_on_the_real_data_is_not_luck_of_one_split() -> None:
    rows = read(Path(ABALONE))
    chosen = {name: float(value) for name, value in HYPERPARAMETERS.items()}
    errors = []
    for seed in range(3):
        parts = preprocess.split(rows, seed=seed)
        model = training.fit(parts["train"], chosen)
        errors.append(training.mean_squared_error(model, parts["test"]))
    assert sum(errors) / len(errors) < 5.2, errors
    assert LABEL not in FEATURES
