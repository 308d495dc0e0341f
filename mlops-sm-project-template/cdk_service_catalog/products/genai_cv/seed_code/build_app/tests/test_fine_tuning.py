"""One optimiser step on a tiny random model: the real scripts from pictures to a picture."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
pytest.importorskip("transformers")
pytest.importorskip("peft")

import inference  # noqa: E402

from ml_pipelines.local_jobs import JobFailed  # noqa: E402
from ml_pipelines.run_locally import fine_tune_locally, gate  # noqa: E402
from ml_pipelines.sources import REPOSITORY  # noqa: E402
from ml_pipelines.training.product import PRODUCT  # noqa: E402
from ml_pipelines.training.tiny_base_model import save_tiny_base_model  # noqa: E402

DATA = REPOSITORY / PRODUCT.data
QUICK = {"max_steps": 1, "batch_size": 1}
SMALL, FEW = ("--resolution", "64"), ("--steps", "1")


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base-model")
    save_tiny_base_model(folder)
    return folder


def tuned(base_model: Path, folder: Path) -> dict[str, Any]:
    return fine_tune_locally(
        base_model,
        DATA,
        folder,
        hyperparameters=QUICK,
        preprocess_arguments=SMALL,
        evaluate_arguments=FEW,
    )


@pytest.fixture(scope="session")
def run(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("run")
    return folder, tuned(base_model, folder)


def model_dir(folder: Path) -> Path:
    return folder / "train" / "opt" / "ml" / "model"


def test_pictures_become_a_score(run: tuple[Path, dict[str, Any]]) -> None:
    metrics = run[1]["metrics"]
    assert metrics["denoising_loss"]["value"] > 0
    assert -1 < metrics["improvement"]["value"] < 1
    rendered = run[0] / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    assert len(list(rendered.glob("*.png"))) == run[1]["validation_pictures"]


def test_the_saved_model_draws_with_its_own_serving_code(run: tuple[Path, Any]) -> None:
    folder = model_dir(run[0])
    assert (folder / "code" / "inference.py").is_file()
    pipeline = inference.model_fn(str(folder))
    body = json.dumps({"prompt": "a robot", "seed": 3, "steps": 1, "width": 64, "height": 64})
    request = inference.input_fn(body, "application/json")
    answers = [
        inference.output_fn(inference.predict_fn(request, pipeline), "application/json")
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    content = base64.b64decode(json.loads(answers[0])["images"][0])
    assert content.startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_weights(
    base_model: Path, run: tuple[Path, Any], tmp_path: Path
) -> None:
    def weights(folder: Path) -> Any:
        return diffusers.UNet2DConditionModel.from_pretrained(folder / "unet").state_dict()

    tuned(base_model, tmp_path)
    first, again, base = (
        weights(model_dir(run[0])),
        weights(model_dir(tmp_path)),
        weights(base_model),
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], base[name]) for name in first)


def test_the_gate_can_fail(
    run: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gate(run[1], 1.1) == 1
    assert "less than 1.1" in capsys.readouterr().err
    assert gate(run[1], -1) == 0


def test_a_base_model_without_safe_weights_is_refused(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    (unsafe / "model_index.json").write_text("{}")
    with pytest.raises(JobFailed, match="safetensors"):
        fine_tune_locally(unsafe, DATA, tmp_path / "jobs", preprocess_arguments=SMALL)
