"""One optimiser step on a tiny random model: the real scripts from data to an answer."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("peft")

import inference  # noqa: E402
from evaluated_again import archive, evaluated_again  # noqa: E402
from interrupted import ends_as_if_it_had_not  # noqa: E402
from registered import registered  # noqa: E402

from ml_pipelines import declared, reproduce  # noqa: E402
from ml_pipelines.bounds import bounds  # noqa: E402
from ml_pipelines.local_jobs import JobFailed  # noqa: E402
from ml_pipelines.run_locally import fine_tune_locally, gate  # noqa: E402
from ml_pipelines.sources import REPOSITORY  # noqa: E402
from ml_pipelines.training import tiny_base_model  # noqa: E402

DATA = REPOSITORY / declared.read().data.file
QUICK = {"max_steps": 1, "batch_size": 2, "accumulation_steps": 1, "warmup_steps": 0}
LONGER = {**QUICK, "max_steps": 30}
SHORT = ("--max-new-tokens", "4")
HERE = (*SHORT, "--server", "transformers")


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base-model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiny_base_model, "STEPS", 5)
        tiny_base_model.save_tiny_base_model(folder)
    return folder


def tuned(base_model: Path, folder: Path) -> dict[str, Any]:
    return fine_tune_locally(
        base_model, DATA, folder, hyperparameters=QUICK, evaluate_arguments=SHORT
    )


@pytest.fixture(scope="session")
def run(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("run")
    return folder, tuned(base_model, folder)


def weights(folder: Path) -> Any:
    return transformers.AutoModelForCausalLM.from_pretrained(folder).state_dict()


def model_dir(folder: Path) -> Path:
    return folder / "train" / "opt" / "ml" / "model"


def test_data_becomes_a_score_beside_that_of_the_base_model(run: tuple[Path, Any]) -> None:
    folder, report = run
    gate, metrics = report["gate"], report["metrics"]
    metric = declared.read().gate.label
    assert gate["score"] == metrics[metric]["value"]
    above = gate["score"] - metrics[f"base_{metric}"]["value"]
    assert gate["improvement"] == pytest.approx(above)
    written = folder / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    assert len((written / "responses.jsonl").read_text().splitlines()) == gate["rows"]
    assert (written / "report.html").read_text().count("<tr>") == gate["rows"] + 1


def test_the_saved_model_answers_with_its_own_serving_code(run: tuple[Path, Any]) -> None:
    folder = model_dir(run[0])
    assert {"inference.py", "generation.py"} <= {
        file.name for file in (folder / "code").glob("*.py")
    }
    assert list(folder.glob("*.safetensors"))
    loaded = inference.model_fn(str(folder))
    body = json.dumps({"inputs": [{"instruction": "Count."}], "parameters": {"max_new_tokens": 3}})
    request = inference.input_fn(body, "application/json")
    answers = [
        inference.output_fn(inference.predict_fn(request, loaded), "application/json")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(json.loads(answers[0])["outputs"]) == 1


def test_a_version_is_made_again_from_what_it_records_with_the_same_weights(
    base_model: Path,
    run: tuple[Path, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = partial(fine_tune_locally, evaluate_arguments=SHORT)
    monkeypatch.setattr(reproduce, "fine_tune_locally", quick)
    version = registered(run[0], tmp_path / "version.json")
    second_folder = tmp_path / "second"
    assert reproduce.main([version, str(base_model), "--keep", str(second_folder)]) == 0
    assert "registered " in capsys.readouterr().out
    first, second, base = (
        weights(model_dir(run[0])),
        weights(model_dir(second_folder)),
        weights(base_model),
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], base[name]) for name in first)
    other = registered(run[0], tmp_path / "other.json", BaseModelSha256="0" * 64)
    assert reproduce.main([other, str(base_model)]) == 1
    assert "the version learnt from 000" in capsys.readouterr().err


ORACLE = """
import json
from pathlib import Path

CONTENT_TYPE = "application/json"

def model_fn(folder):
    return json.loads((Path(folder) / "answers.json").read_text())

def input_fn(body, content_type):
    return json.loads(body)["inputs"]

def predict_fn(rows, answers):
    return {"outputs": [answers[row["instruction"]] for row in rows]}

def output_fn(answer, accept):
    return json.dumps(answer)
"""


def test_a_model_that_is_worse_than_the_approved_version_is_refused(
    base_model: Path, run: tuple[Path, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, report = run
    test = folder / "preprocess/opt/ml/processing/test/test.jsonl"
    rows = [json.loads(line) for line in test.read_text().splitlines()]
    code = tmp_path / "oracle" / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(ORACLE)
    answers = {row["instruction"]: row["response"] for row in rows}
    (tmp_path / "oracle" / "answers.json").write_text(json.dumps(answers))
    approved = archive(tmp_path / "oracle", tmp_path / "approved")
    found = evaluated_again(folder, base_model, approved, tmp_path / "jobs", arguments=HERE)
    assert found["approved"]["value"] == 1.0
    assert found["training"] == report["training"]
    place = tmp_path / "jobs/evaluate/opt/ml/processing/evaluation"
    assert "given by the approved version" in (place / "report.html").read_text()
    limits = {bound: bound.limit for bound in bounds(declared.read())}
    assert gate(found, limits) == 1
    assert "lost against the approved version is 1.0000, at most 0.05" in capsys.readouterr().err


def test_a_training_that_loses_its_machine_goes_on_and_ends_as_if_it_had_not(
    run: tuple[Path, Any], tmp_path: Path
) -> None:
    ends_as_if_it_had_not(run[0] / "train" / "opt" / "ml", tmp_path, LONGER, weights)


def test_a_base_model_without_safe_weights_is_refused(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    (unsafe / "config.json").write_text("{}")
    (unsafe / "pytorch_model.bin").write_bytes(b"1")
    with pytest.raises(JobFailed, match="safetensors"):
        fine_tune_locally(unsafe, DATA, tmp_path / "jobs")
