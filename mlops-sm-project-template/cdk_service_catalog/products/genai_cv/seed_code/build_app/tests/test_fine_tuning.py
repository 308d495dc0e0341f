"""One optimiser step on a tiny random model: the real scripts from pictures to a picture."""

import base64
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
transformers = pytest.importorskip("transformers")
pytest.importorskip("peft")

import inference  # noqa: E402
import numpy as np  # noqa: E402
from architectures import INDEX  # noqa: E402
from evaluate import (  # noqa: E402
    BASE,
    BATCH,
    OWN,
    Clip,
    Denoising,
    _shown,
    by_denoising,
    by_similarity,
)
from evaluated_again import archive, evaluated_again  # noqa: E402
from interrupted import ends_as_if_it_had_not  # noqa: E402
from PIL import Image  # noqa: E402
from registered import registered  # noqa: E402
from tasks import problems  # noqa: E402

from ml_pipelines import declared, reproduce  # noqa: E402
from ml_pipelines.local_jobs import JobFailed  # noqa: E402
from ml_pipelines.run_locally import fine_tune_locally  # noqa: E402
from ml_pipelines.sources import REPOSITORY  # noqa: E402
from ml_pipelines.training.tiny_base_model import (  # noqa: E402
    KNOWN,
    NEWEST,
    PIPELINES,
    letters_tokenizer,
    save_tiny_base_model,
)

DATA = REPOSITORY / declared.read().data.file
QUICK = {"max_steps": 1, "batch_size": 1}
LONGER = {**QUICK, "max_steps": 30}
SIDE = 64
SMALL, FEW = ("--resolution", str(SIDE)), ("--steps", "1")


@pytest.fixture(scope="session")
def base_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base-model")
    save_tiny_base_model(folder, side=SIDE)
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


def weights(folder: Path) -> Any:
    return diffusers.UNet2DConditionModel.from_pretrained(folder / "unet").state_dict()


def model_dir(folder: Path) -> Path:
    return folder / "train" / "opt" / "ml" / "model"


def test_pictures_become_a_score_and_a_page_of_what_both_models_draw(
    run: tuple[Path, dict[str, Any]],
) -> None:
    folder, report = run
    metrics = report["metrics"]
    assert metrics["denoising_loss"]["value"] > 0
    assert report["gate"]["score"] == metrics["denoising"]["value"]
    assert -1 < report["gate"]["improvement"] < 1
    page = folder / "evaluate" / "opt" / "ml" / "processing" / "evaluation" / "report.html"
    # The original, and what either model draws.
    assert page.read_text().count("data:image/jpeg;base64,") == 3 * report["gate"]["rows"]


def drawn_twice(folder: Path) -> None:
    """Ask a saved model by its own serving code."""
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


def test_the_saved_model_draws_with_its_own_serving_code(run: tuple[Path, Any]) -> None:
    drawn_twice(model_dir(run[0]))


@pytest.mark.parametrize("name", sorted({*PIPELINES} - {NEWEST}))
def test_an_older_architecture_is_trained_measured_and_served_alike(
    name: str, base_model: Path, run: tuple[Path, Any], tmp_path: Path
) -> None:
    save_tiny_base_model(tmp_path / "base", architecture=name, side=SIDE)
    report = tuned(tmp_path / "base", tmp_path / "run")
    assert report["gate"]["score"] == report["metrics"]["denoising"]["value"]
    saved = model_dir(tmp_path / "run")
    assert json.loads((saved / INDEX).read_text())["_class_name"] == name
    drawn_twice(saved)
    # Its losses are of other latents than those of a newer one, whichever are smaller.
    configuration = saved / "vae" / "config.json"
    content = json.loads(configuration.read_text())
    configuration.write_text(json.dumps({**content, "scaling_factor": 0.9}))
    approved = archive(saved, tmp_path / "approved")
    with pytest.raises(JobFailed, match="another kind of base model, .* 'metric: clip_similarity'"):
        evaluated_again(run[0], base_model, approved, tmp_path / "jobs", arguments=FEW)


def test_losses_are_compared_where_the_task_is_the_same() -> None:
    def task(latents: float = 1.0, noise: float = 0.5, prediction: str = "epsilon") -> Denoising:
        return Denoising(
            losses=np.array([1.0]),
            latents=torch.full((1, 4, 8, 8), latents),
            noise=torch.tensor([noise]),
            prediction=prediction,
        )

    assert task().comparable(task(latents=1.001))
    assert not task().comparable(task(latents=1.4))
    assert not task().comparable(task(noise=0.6))
    assert not task().comparable(task(prediction="v_prediction"))
    assert not task().comparable(replace(task(), latents=torch.ones((1, 4, 4, 4))))


def test_the_page_begins_with_the_rows_of_the_lowest_scores_and_has_a_hundred() -> None:
    scores = np.array([0.5, -0.1, 0.3] + [1.0] * 200)
    rows = _shown({"prompt": [str(number) for number in range(203)]}, "denoising", scores)
    assert rows[:2] == [{"denoising": -0.1, "prompt": "1"}, {"denoising": 0.3, "prompt": "2"}]
    assert len(rows) == 100


def test_a_version_is_made_again_from_what_it_records_with_the_same_weights(
    base_model: Path,
    run: tuple[Path, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = partial(fine_tune_locally, preprocess_arguments=SMALL, evaluate_arguments=FEW)
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


def test_a_training_that_loses_its_machine_goes_on_and_ends_as_if_it_had_not(
    run: tuple[Path, Any], tmp_path: Path
) -> None:
    ends_as_if_it_had_not(run[0] / "train" / "opt" / "ml", tmp_path, LONGER, weights)


def test_a_base_model_without_safe_weights_is_refused(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe"
    unsafe.mkdir()
    (unsafe / "model_index.json").write_text("{}")
    with pytest.raises(JobFailed, match="safetensors"):
        fine_tune_locally(unsafe, DATA, tmp_path / "jobs", preprocess_arguments=SMALL)


def test_a_training_with_pictures_of_another_size_than_the_base_models_is_refused(
    base_model: Path, tmp_path: Path
) -> None:
    bigger = ("--resolution", str(2 * SIDE))
    with pytest.raises(JobFailed, match=f"{2 * SIDE} pixels wide, and the base model .* {SIDE}"):
        fine_tune_locally(base_model, DATA, tmp_path / "jobs", preprocess_arguments=bigger)
    # A little bigger is told, and trained with.
    little = ("--resolution", str(SIDE + 16))
    given = {"hyperparameters": QUICK, "evaluate_arguments": FEW}
    fine_tune_locally(base_model, DATA, tmp_path / "told", preprocess_arguments=little, **given)


def tiny_clip(folder: Path) -> Path:
    """A CLIP model of random weights with its processor."""
    torch.manual_seed(1)
    ends = {"bos_token_id": len(KNOWN) - 2, "eos_token_id": len(KNOWN) - 1}
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    config = transformers.CLIPConfig(
        text_config={**small, **ends, "vocab_size": len(KNOWN), "num_attention_heads": 2},
        vision_config={**small, "num_attention_heads": 2, "image_size": 16, "patch_size": 8},
        projection_dim=8,
    )
    transformers.CLIPModel(config).save_pretrained(folder)
    size = {"height": 16, "width": 16}
    processor = transformers.CLIPProcessor(
        transformers.CLIPImageProcessor(size=size, crop_size=size), letters_tokenizer()
    )
    processor.save_pretrained(folder)
    return folder


def test_similarity_is_computed_by_the_model_that_is_named(tmp_path: Path) -> None:
    clip = Clip(tiny_clip(tmp_path / "clip"))
    pictures = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    prompts = ["a robot", "a house"]
    found = clip.similarities(pictures, prompts).tolist()
    assert all(-1 <= value <= 1 for value in found)
    assert found == clip.similarities(pictures, prompts).tolist()
    assert found != clip.similarities(pictures[::-1], prompts).tolist()
    many = clip.similarities(pictures * BATCH, prompts * BATCH).tolist()
    assert many == pytest.approx(found * BATCH, abs=1e-5)


def test_a_model_that_is_not_named_is_not_needed() -> None:
    assert not declared.read().model.judge


def test_the_gate_looks_at_the_similarity_where_it_is_declared() -> None:
    similar = {OWN: np.array([0.2, 0.3]), BASE: np.array([0.3, 0.3])}
    rows = by_similarity(similar)
    assert rows.weighted(rows.own) == pytest.approx(0.25)
    assert rows.improvement == pytest.approx(-0.05)
    assert rows.approved is None
    plain = declared.read()
    found = replace(
        plain,
        gate=replace(plain.gate, metric="clip_similarity"),
        model=replace(plain.model, judge="clip-model/"),
    )
    assert [*problems(found)] == []
    assert "needs model.judge" in next(problems(replace(found, model=plain.model)))[1]


def test_what_is_lost_of_a_loss_is_a_share_of_the_base_models_loss() -> None:
    base, own, approved = (np.array(losses) for losses in ([2.0, 6.0], [1.0, 5.0], [1.0, 3.0]))
    rows = by_denoising(base, own, approved)
    assert rows.weighted(rows.own) == rows.improvement == pytest.approx((8 - 6) / 8)
    assert rows.approved is not None
    assert rows.weighted(rows.approved - rows.own) == pytest.approx((6 - 4) / 8)


def test_the_approved_version_is_measured_on_the_same_pictures(
    base_model: Path, run: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    folder, report = run
    approved = archive(model_dir(folder), tmp_path / "approved")
    found = evaluated_again(folder, base_model, approved, tmp_path / "jobs", arguments=FEW)
    assert found["gate"]["lost"] == 0.0
    assert found["approved"]["value"] == pytest.approx(report["gate"]["score"])
    assert found["approved"]["rows"] == report["gate"]["rows"]
    place = tmp_path / "jobs" / "evaluate" / "opt" / "ml" / "processing" / "evaluation"
    # The original, and what each of three models draws.
    page = (place / "report.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 4 * report["gate"]["rows"]
