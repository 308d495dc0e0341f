"""What a UNet is told in training is what diffusers' own pipelines tell it when they draw."""

import contextlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
diffusers = pytest.importorskip("diffusers")
pytest.importorskip("transformers")
pytest.importorskip("peft")

import denoising  # noqa: E402
import generation  # noqa: E402
import train  # noqa: E402
from answers import BadRequest  # noqa: E402
from architectures import (  # noqa: E402
    ARCHITECTURES,
    INDEX,
    Picture,
    check_side,
    of_folder,
    own_side,
)
from denoising import Pictures, load_pipeline, mean_losses  # noqa: E402
from PIL import Image  # noqa: E402
from preprocess import Frame, write_pairs  # noqa: E402
from train import Hyperparameters, fine_tune  # noqa: E402

from ml_pipelines import declared, sizes  # noqa: E402
from ml_pipelines.fitting import NoModel, architecture  # noqa: E402
from ml_pipelines.training import tiny_base_model  # noqa: E402

SIDE = 64
XL = "StableDiffusionXLPipeline"
FRAMED = Picture(prompt="a robot", original=(200, 100), crop=(31, 7), target=(SIDE, SIDE))
QUICK = Hyperparameters(max_steps=3, batch_size=2)


@pytest.fixture(scope="module", params=sorted(ARCHITECTURES))
def base_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    tiny_base_model.save_tiny_base_model(folder, architecture=request.param, side=SIDE)
    return folder


@pytest.fixture
def xl(tmp_path: Path) -> Path:
    tiny_base_model.save_tiny_base_model(tmp_path / "xl", side=SIDE)
    return tmp_path / "xl"


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    """Two pictures as Preprocess leaves them, of other sizes before."""
    folder = tmp_path / "channel"
    folder.mkdir()
    rows = [("red", (200, 100), (31, 7)), ("blue", (90, 70), (0, 11))]
    pairs = []
    for colour, *frame in rows:
        file = folder / f"{colour}.png"
        Image.new("RGB", (SIDE, SIDE), colour).save(file)
        pairs.append((file, f"a {colour} robot", Frame(*frame), "", {}))
    write_pairs(folder, pairs)
    return folder


@contextmanager
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, Any]]]:
    """The texts and further conditions of each call of any UNet."""
    calls: list[tuple[Any, Any]] = []
    unet = diffusers.UNet2DConditionModel
    forward = unet.forward

    def noted(self: Any, *given: Any, **named: Any) -> Any:
        calls.append((named["encoder_hidden_states"], named.get("added_cond_kwargs") or {}))
        return forward(self, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(unet, "forward", noted)
        yield calls


def drawn(pipeline: Any, picture: Picture) -> None:
    """Let diffusers' own pipeline draw a picture of this frame, without an empty prompt beside it."""
    frame = {
        "original_size": picture.original,
        "crops_coords_top_left": picture.crop,
        "target_size": picture.target,
    }
    pipeline(
        picture.prompt,
        num_inference_steps=1,
        guidance_scale=1.0,
        **(frame if type(pipeline).__name__ == XL else {}),
    )


def test_a_unet_is_told_what_its_own_pipeline_tells(
    base_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = load_pipeline(base_model)
    with told(monkeypatch) as calls, torch.no_grad():
        drawn(pipeline, FRAMED)
        conditions = of_folder(base_model).conditions(pipeline, [FRAMED])
    texts, added = calls[0]
    assert torch.equal(conditions.texts, texts)
    assert conditions.added.keys() == {k for k, value in added.items() if value is not None}
    for name, values in conditions.added.items():
        assert torch.equal(values, added[name].to(values)), name


def test_the_numbers_are_those_of_diffusers_own_function(xl: Path) -> None:
    pipeline = load_pipeline(xl)
    found = of_folder(xl).conditions(pipeline, [FRAMED]).added["time_ids"]
    projected = pipeline.text_encoder_2.config.projection_dim
    wanted = pipeline._get_add_time_ids(
        (200, 100), (31, 7), (SIDE, SIDE), torch.float32, text_encoder_projection_dim=projected
    )
    assert torch.equal(found, wanted)


def test_training_and_evaluation_tell_each_picture_what_is_its_own(
    xl: Path, channel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = load_pipeline(xl)
    pictures = Pictures(pipeline, channel)
    frames = [[200, 100, 31, 7, SIDE, SIDE], [90, 70, 0, 11, SIDE, SIDE]]
    assert pictures.conditions.added["time_ids"].int().tolist() == frames
    looked_at: list[int] = []
    losses = denoising.denoising_losses

    def noted(unet: Any, schedule: Any, **given: Any) -> Any:
        for latent, text, pooled, numbers in zip(
            given["latents"],
            given["conditions"].texts,
            *(given["conditions"].added[name] for name in ("text_embeds", "time_ids")),
            strict=True,
        ):
            (row,) = (n for n in range(2) if torch.equal(latent, pictures.latents[n]))
            assert numbers.int().tolist() == frames[row]
            assert torch.equal(text, pictures.conditions.texts[row])
            assert torch.equal(pooled, pictures.conditions.added["text_embeds"][row])
            looked_at.append(row)
        return losses(unet, schedule, **given)

    for module in (denoising, train):
        monkeypatch.setattr(module, "denoising_losses", noted)
    with told(monkeypatch) as calls:
        mean_losses(pipeline, pictures, levels=[0.5], seed=1)
        fine_tune(pipeline, pictures, Hyperparameters(max_steps=3, batch_size=2))
    assert looked_at[:2] == [0, 1]
    assert {*looked_at[2:]} == {0, 1}
    assert all(added.keys() == {"text_embeds", "time_ids"} for _, added in calls)
    assert [len(added["time_ids"]) for _, added in calls[:2]] == [1, 1]


@pytest.mark.parametrize("left_out", ["text_embeds", "time_ids"])
def test_each_condition_counts(xl: Path, channel: Path, left_out: str) -> None:
    # The control: what the tests above compare makes a difference to the loss.
    pipeline = load_pipeline(xl)
    pictures = Pictures(pipeline, channel)
    whole = mean_losses(pipeline, pictures, levels=[0.5], seed=1)
    pictures.conditions.added[left_out].zero_()
    assert mean_losses(pipeline, pictures, levels=[0.5], seed=1) != pytest.approx(whole, rel=1e-6)


def test_an_adapter_learns_in_16_bits_and_is_merged_into_weights_that_were_never_rounded(
    base_model: Path, channel: Path
) -> None:
    # What a GPU does, on a CPU, which knows bfloat16 too.
    def learnt(precision: Any) -> tuple[list[float], dict[str, Any]]:
        pipeline = load_pipeline(base_model)
        losses = fine_tune(pipeline, Pictures(pipeline, channel), QUICK, precision)
        return losses, pipeline.unet.state_dict()

    losses, weights = learnt(torch.bfloat16)
    wanted, whole = learnt(torch.float32)
    assert losses == pytest.approx(wanted, rel=0.03)
    assert losses != wanted
    before = load_pipeline(base_model).unet.state_dict()
    assert weights.keys() == before.keys()
    changed = {name for name in before if not torch.equal(before[name], weights[name])}
    assert changed
    assert all(name.split(".")[-2] in ("to_q", "to_k", "to_v", "0") for name in changed)
    for name in changed:
        step = (whole[name] - before[name]).abs().max()
        assert (weights[name] - whole[name]).abs().max() < step, name


def test_no_activation_is_kept_that_can_be_computed_again(
    xl: Path, channel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = load_pipeline(xl)
    pictures = Pictures(pipeline, channel)
    kept: list[int] = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: (kept.append(t.numel()), t)[1], id_of):
        fine_tune(pipeline, pictures, Hyperparameters(max_steps=1, batch_size=1))
    with_it, again = sum(kept), load_pipeline(xl)
    kept.clear()
    monkeypatch.setattr(diffusers.UNet2DConditionModel, "enable_gradient_checkpointing", id_of)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: (kept.append(t.numel()), t)[1], id_of):
        fine_tune(again, pictures, Hyperparameters(max_steps=1, batch_size=1))
    assert with_it < sum(kept)


def id_of(value: Any) -> Any:
    return value


def test_a_vae_stays_in_32_bits_where_the_rest_has_16(base_model: Path, channel: Path) -> None:
    pipeline = load_pipeline(base_model, torch.bfloat16)
    assert pipeline.vae.dtype == torch.float32
    assert pipeline.unet.dtype == pipeline.text_encoder.dtype == torch.bfloat16
    pictures = Pictures(pipeline, channel)
    assert pictures.latents.dtype == torch.float32
    found = mean_losses(pipeline, pictures, levels=[0.1, 0.9], seed=1)
    plain = load_pipeline(base_model)
    wanted = mean_losses(plain, Pictures(plain, channel), levels=[0.1, 0.9], seed=1)
    assert found == pytest.approx(wanted, rel=0.02)


def test_the_serving_code_draws_at_the_size_of_the_base_model(base_model: Path) -> None:
    loaded = generation.load(str(base_model))
    assert type(loaded).__name__ == json.loads((base_model / INDEX).read_text())["_class_name"]
    request = generation.checked({"prompt": "a robot", "steps": 1, "count": 2})
    answer = generation.generated(request, loaded)
    assert answer["withheld"] == [False, False]
    assert len({*answer["images"]}) == 2


def change(file: Path, **values: Any) -> None:
    content = json.loads(file.read_text())
    file.write_text(json.dumps({**content, **values}))


def test_another_architecture_is_refused_with_those_that_are_allowed(xl: Path) -> None:
    change(xl / INDEX, _class_name="FluxPipeline")
    with pytest.raises(SystemExit) as raised:
        of_folder(xl)
    words = str(raised.value)
    assert "'FluxPipeline'" in words
    assert all(name in words for name in ARCHITECTURES)
    assert "README.md says under 'Base model'" in words


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where diffusers puts the code that it runs: not in anybody's home."""
    folder = str(tmp_path_factory.mktemp("modules"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("diffusers.utils.dynamic_modules_utils.HF_MODULES_CACHE", folder)
        patch.setattr("sys.path", [*sys.path])
        yield


@pytest.mark.usefixtures("modules")
@pytest.mark.parametrize("place", ["unet", "tokenizer_2", "scheduler", "."])
def test_code_of_a_base_model_is_refused_and_never_run(xl: Path, place: str) -> None:
    # diffusers runs it for a folder of this machine, and asks nobody.
    ran = xl / "ran"
    # A module of one name is imported once in this process.
    module = "None" if place == "." else f"mine_{place}"
    change(xl / INDEX, **({} if place == "." else {place: [module, "Mine"]}))
    name = f"{module}.py"
    (xl / place / name).write_text(f"open({str(ran)!r}, 'w').close()\n")
    with pytest.raises(SystemExit, match=rf"{name} is code, .*; nothing of a base model is run"):
        load_pipeline(xl)
    assert not ran.exists()
    # The control: what is refused would have run.
    with contextlib.suppress(Exception):
        generation.load(str(xl))
    assert ran.exists()


def test_a_part_of_another_library_is_refused(xl: Path) -> None:
    change(xl / INDEX, unet=["subprocess", "Popen"])
    with pytest.raises(SystemExit, match="takes 'unet' from 'subprocess'; allowed are diffusers,"):
        load_pipeline(xl)


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "text_encoder_2"])
def test_a_part_without_weights_that_are_read_is_named(xl: Path, part: str) -> None:
    (file,) = (xl / part).glob("*.safetensors")
    half = file.rename(file.with_suffix(".fp16.safetensors"))
    found = rf"{part} has no weights that are read: .* \(found: {half.name}\)\. Fetch it as README"
    with pytest.raises(SystemExit, match=found):
        load_pipeline(xl)
    half.unlink()
    (xl / part / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(SystemExit, match=r"\(found: pytorch_model.bin\)"):
        load_pipeline(xl)
    change(xl / INDEX, **{part: [None, None]})
    with pytest.raises(SystemExit, match=f"has no '{part}', as Stable Diffusion XL has"):
        load_pipeline(xl)


def test_weights_may_be_in_several_files(xl: Path) -> None:
    (file,) = (xl / "unet").glob("*.safetensors")
    file.rename(file.with_name("diffusion_pytorch_model-00001-of-00002.safetensors"))
    assert of_folder(xl) is ARCHITECTURES[XL]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("addition_embed_type", None, "'addition_embed_type' is None, and for .* 'text_time'"),
        ("time_cond_proj_dim", 256, "'time_cond_proj_dim' is 256, and for .* it is None"),
    ],
)
def test_a_unet_that_wants_to_be_told_something_else_is_refused(
    xl: Path, name: str, value: object, words: str
) -> None:
    change(xl / "unet" / "config.json", **{name: value})
    with pytest.raises(SystemExit, match=words):
        of_folder(xl)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "model_index.json is no JSON"),
        ("[]", "model_index.json is no JSON object, as diffusers writes it: fetch it again"),
        ('{"_class_name": ["mine", "Mine"]}', "names the architecture"),
    ],
)
def test_an_index_of_another_form_is_refused(xl: Path, text: str, words: str) -> None:
    (xl / INDEX).write_text(text)
    with pytest.raises(SystemExit, match=words):
        of_folder(xl)


@pytest.mark.parametrize("value", [0, True, "x", 3.5, [32, 32]])
def test_a_size_that_is_none_says_nothing(xl: Path, value: object) -> None:
    change(xl / "unet" / "config.json", sample_size=value)
    assert own_side(xl) is None


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"prompt": "a" * 10_001}, "'prompt' has 10001 characters, not 10000 at most"),
        ({"prompt": "a", "width": 12}, "'width' is 12, not a multiple of 8"),
        ({"prompt": "a", "guidance_scale": float("nan")}, "'guidance_scale' is nan"),
        ({"prompt": "a", "steps": 0}, "'steps' is 0, not 1 to 100"),
        ({"prompt": "a", "seed": True}, "'seed' is True"),
    ],
)
def test_a_request_that_is_too_much_is_the_clients_mistake(
    request_: dict[str, object], words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        generation.checked(request_)


def test_a_model_that_predicts_something_else_is_refused(xl: Path) -> None:
    change(xl / "scheduler" / "scheduler_config.json", prediction_type="sample")
    with pytest.raises(
        SystemExit, match="predicts 'sample'; these scripts train epsilon and v_pred"
    ):
        of_folder(xl)


@pytest.mark.parametrize(
    ("latents", "levels", "pixels"),
    # sample_size and levels of Stable Diffusion 1.5, 2.1 and XL, as their repositories have them.
    [(64, 4, 512), (96, 4, 768), (128, 4, 1024)],
)
def test_a_base_model_says_which_pictures_it_has_learnt(
    xl: Path, latents: int, levels: int, pixels: int
) -> None:
    change(xl / "unet" / "config.json", sample_size=latents)
    change(xl / "vae" / "config.json", block_out_channels=[128] * levels)
    assert own_side(xl) == pixels


@pytest.mark.parametrize(
    ("side", "words"),
    [(SIDE, ""), (96, "warning: "), (48, "warning: "), (104, None), (40, None), (512, None)],
)
def test_pictures_of_another_size_are_told_or_refused(
    xl: Path, side: int, words: str | None
) -> None:
    told_of = f"{side} pixels wide, and the base model was trained with 64"
    if words is None:
        with pytest.raises(SystemExit, match=rf"{told_of}: declare 'model: \{{resolution: 64\}}'"):
            check_side(xl, side)
        return
    found = check_side(xl, side)
    assert found.startswith(words)
    assert (told_of in found) == bool(words)


def test_where_a_base_model_does_not_say_its_size_nothing_is_told(xl: Path) -> None:
    change(xl / "unet" / "config.json", sample_size=None)
    assert own_side(xl) is None
    assert check_side(xl, 512) == ""


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_the_tiny_base_model_fits_what_is_declared(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["tiny", str(tmp_path / "base"), "--architecture", name])
    assert tiny_base_model.main() == 0
    assert own_side(tmp_path / "base") == declared.read().model.resolution
    assert of_folder(tmp_path / "base") is ARCHITECTURES[name]


def test_the_first_project_trains_the_newest_architecture() -> None:
    assert tiny_base_model.NEWEST == XL == [*ARCHITECTURES][-1]
    assert declared.read().model.resolution == 1024


def test_weights_that_are_there_twice_count_once(
    xl: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = architecture(xl)
    assert found.draws
    assert found.parameters == sum(
        weight.numel()
        for name in ("text_encoder", "text_encoder_2", "unet", "vae")
        for weight in getattr(load_pipeline(xl), name).parameters()
    )
    weights = (xl / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()
    (xl / "unet" / "diffusion_pytorch_model.fp16.safetensors").write_bytes(weights)
    (xl / "sd_xl.safetensors").write_bytes(weights)
    assert architecture(xl) == found
    assert sizes.main([str(xl)]) == 0
    assert "machines.training: ml.g5.xlarge" in capsys.readouterr().out
    (xl / INDEX).write_text("[]")
    with pytest.raises(NoModel, match="not as diffusers writes it"):
        architecture(xl)
