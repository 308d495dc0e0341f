"""One optimiser step on a tiny random model: the real scripts from data to an answer."""

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("peft")

import inference  # noqa: E402

from ml_pipelines import declared  # noqa: E402
from ml_pipelines.local_jobs import JobFailed  # noqa: E402
from ml_pipelines.run_locally import fine_tune_locally  # noqa: E402
from ml_pipelines.sources import REPOSITORY  # noqa: E402
from ml_pipelines.training import tiny_base_model  # noqa: E402

DATA = REPOSITORY / declared.read().data.file
QUICK = {"max_steps": 1, "batch_size": 2, "accumulation_steps": 1, "warmup_steps": 0}
SHORT = ("--max-new-tokens", "4")


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


def model_dir(folder: Path) -> Path:
    return folder / "train" / "opt" / "ml" / "model"


def test_data_becomes_a_score_beside_that_of_the_base_model(run: tuple[Path, Any]) -> None:
    folder, report = run
    gate, metrics = report["gate"], report["metrics"]
    metric = declared.read().gate.label
    assert gate["score"] == metrics[metric]["value"]
    assert gate["improvement"] == gate["score"] - metrics[f"base_{metric}"]["value"]
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


def test_one_step_changes_the_weights_and_the_same_seed_gives_the_same(
    base_model: Path, run: tuple[Path, Any], tmp_path: Path
) -> None:
    def weights(folder: Path) -> Any:
        return transformers.AutoModelForCausalLM.from_pretrained(folder).state_dict()

    tuned(base_model, tmp_path)
    first, again, base = (
        weights(model_dir(run[0])),
        weights(model_dir(tmp_path)),
        weights(base_model),
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], base[name]) for name in first)


def test_a_base_model_without_safe_weights_is_refused(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    (unsafe / "config.json").write_text("{}")
    (unsafe / "pytorch_model.bin").write_bytes(b"1")
    with pytest.raises(JobFailed, match="safetensors"):
        fine_tune_locally(unsafe, DATA, tmp_path / "jobs")
