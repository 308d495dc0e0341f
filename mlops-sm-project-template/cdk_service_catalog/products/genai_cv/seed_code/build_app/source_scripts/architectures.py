"""The architectures of image models that these scripts train, and what each tells its UNet.

A further one is a row of the table: its pipeline, and what its UNet is told of a picture.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from base_model import checked_base_model
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline

INDEX = "model_index.json"
REFUSED = 1.5
"""How many times as big, or as small, pictures may be than those of the base model: above that
they are refused. 768 is 1.5 times 512, which people train with; 1024 is a mistake."""
PREDICTIONS = ("epsilon", "v_prediction")
LIBRARIES = ("diffusers", "transformers", "stable_diffusion")
"""Where parts come from; the last one is diffusers' own name for the safety checker."""
BESIDES = ("image_encoder", "safety_checker")
"""Parts with weights that a model may have."""
ADVICE = "Bring another base model, as README.md says under 'Base model'"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What is known of a picture, besides its pixels.

    Attributes:
        original: height and width before it was brought to its size.
        crop: how many pixels are cut off above and on the left, at its size.
        target: its height and width.
    """

    prompt: str
    original: tuple[int, int]
    crop: tuple[int, int]
    target: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a UNet is told of pictures besides noise, one row for each.

    Attributes:
        texts: embeddings of the prompts, token by token.
        added: further ones, by the names that the UNet knows; there may be none.
    """

    texts: torch.Tensor
    added: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def of(self, rows: Any) -> "Conditions":
        """Those of some rows: a slice, or a tensor of numbers."""
        added = {name: values[rows] for name, values in self.added.items()}
        return Conditions(texts=self.texts[rows], added=added)

    def arguments(self) -> dict[str, Any]:
        """As the UNet takes them."""
        return {"encoder_hidden_states": self.texts, "added_cond_kwargs": dict(self.added)}


Tells = Callable[[Any, Sequence[Picture]], Conditions]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """One of them.

    Attributes:
        models: as people call them.
        conditions: what its UNet is told of pictures.
        parts: have weights.
        unet: what the configuration of its UNet says where it is told just that.
    """

    pipeline: Any
    models: str
    conditions: Tells
    parts: tuple[str, ...]
    unet: Mapping[str, Any]


def _texts(pipeline: StableDiffusionPipeline, pictures: Sequence[Picture]) -> Conditions:
    """The hidden states of the one text encoder."""
    found = [
        pipeline.encode_prompt(picture.prompt, pipeline.device, 1, False)[0] for picture in pictures
    ]
    return Conditions(texts=torch.cat(found))


def _texts_and_sizes(
    pipeline: StableDiffusionXLPipeline, pictures: Sequence[Picture]
) -> Conditions:
    """Hidden states of both text encoders, the second one's pooled, and six numbers of the picture.

    Source of the numbers and their order: Podell et al., "SDXL" (2023), section 2.2, and diffusers'
    `StableDiffusionXLPipeline._get_add_time_ids`. They stay in 32 bits: 16 know few whole numbers.
    """
    found = [
        pipeline.encode_prompt(
            picture.prompt,
            device=pipeline.device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=False,
        )
        for picture in pictures
    ]
    sizes = [(*picture.original, *picture.crop, *picture.target) for picture in pictures]
    return Conditions(
        texts=torch.cat([row[0] for row in found]),
        added={
            "text_embeds": torch.cat([row[2] for row in found]),
            "time_ids": torch.tensor(sizes, dtype=torch.float32, device=pipeline.device),
        },
    )


ARCHITECTURES: Mapping[str, Architecture] = {
    "StableDiffusionPipeline": Architecture(
        pipeline=StableDiffusionPipeline,
        models="Stable Diffusion 1 and 2",
        conditions=_texts,
        parts=("text_encoder", "unet", "vae"),
        unet={"addition_embed_type": None, "time_cond_proj_dim": None},
    ),
    "StableDiffusionXLPipeline": Architecture(
        pipeline=StableDiffusionXLPipeline,
        models="Stable Diffusion XL",
        conditions=_texts_and_sizes,
        parts=("text_encoder", "text_encoder_2", "unet", "vae"),
        unet={"addition_embed_type": "text_time", "time_cond_proj_dim": None},
    ),
}
"""By the class that `model_index.json` names."""


def of_pipeline(pipeline: Any) -> Architecture:
    """The architecture of a pipeline that is loaded."""
    return ARCHITECTURES[type(pipeline).__name__]


def of_folder(folder: Path) -> Architecture:
    """The architecture of the base model in a folder, before its weights are read.

    Raises:
        SystemExit: the folder holds no model, one that these scripts do not train, or code.
    """
    index = checked_base_model(folder, INDEX) / INDEX
    parts = _read(index)
    name = parts.get("_class_name")
    if not isinstance(name, str) or name not in ARCHITECTURES:
        known = " and ".join(f"{key} ({row.models})" for key, row in ARCHITECTURES.items())
        raise SystemExit(
            f"{index} names the architecture '{name}'; these scripts train {known}, others condition "
            f"their model differently. {ADVICE}"
        )
    found = ARCHITECTURES[name]
    _check_code(folder, parts)
    _check_weights(folder, parts, found)
    _check_unet(folder, found)
    prediction = _read(folder / "scheduler" / "scheduler_config.json").get("prediction_type")
    if prediction not in (None, *PREDICTIONS):
        raise SystemExit(
            f"{folder / 'scheduler'} says that the model predicts '{prediction}'; these scripts train "
            f"{' and '.join(PREDICTIONS)}. {ADVICE}"
        )
    return found


def _check_code(folder: Path, parts: Mapping[str, Any]) -> None:
    """Refuse a Python file where diffusers runs one: it does for a part of a folder on this machine
    whatever is trusted (`pipeline_loading_utils.get_class_obj_and_candidates`)."""
    named = {name: row for name, row in parts.items() if isinstance(row, list)}
    for place in (folder, *(folder / name for name in named)):
        for file in sorted(place.glob("*.py")):
            raise SystemExit(
                f"{file} is code, which would run with the rights of this job when the model is "
                f"loaded; nothing of a base model is run here. {ADVICE}"
            )
    for name, row in named.items():
        if row and row[0] not in (None, *LIBRARIES):
            raise SystemExit(
                f"{folder / INDEX} takes '{name}' from '{row[0]}'; allowed are "
                f"{', '.join(LIBRARIES)}. {ADVICE}"
            )


def _check_weights(folder: Path, parts: Mapping[str, Any], found: Architecture) -> None:
    """Refuse a part without the weights that diffusers reads: those whose name has no other dot."""
    besides = [name for name in BESIDES if any(parts.get(name) or ())]
    for name in (*found.parts, *besides):
        if not any(parts.get(name) or ()):
            raise SystemExit(f"{folder / INDEX} has no '{name}', as {found.models} has. {ADVICE}")
        files = [
            file.name for file in sorted((folder / name).glob("*.*")) if file.suffix != ".json"
        ]
        if not any(file.endswith(".safetensors") and file.count(".") == 1 for file in files):
            raise SystemExit(
                f"{folder / name} has no weights that are read: a file that ends in .safetensors, "
                f"without another ending such as .fp16 before it (found: "
                f"{', '.join(files) or 'nothing'}). Fetch it as README.md says under 'Base model'"
            )


def _check_unet(folder: Path, found: Architecture) -> None:
    """Refuse a UNet that wants to be told something else, such as one that is distilled."""
    file = folder / "unet" / "config.json"
    given = _read(file)
    for name, wanted in found.unet.items():
        if given.get(name) != wanted:
            raise SystemExit(
                f"{file} says that '{name}' is {given.get(name)!r}, and for {found.models} it is "
                f"{wanted!r}: these scripts would tell the model something else. {ADVICE}"
            )


def own_side(folder: Path) -> int | None:
    """The width in pixels of what a base model was trained with; None where it does not say.

    Its UNet says it in latents, and each level of its VAE but the first halves a picture.
    """
    latents = _read(folder / "unet" / "config.json").get("sample_size")
    levels = _read(folder / "vae" / "config.json").get("block_out_channels")
    if type(latents) is not int or latents < 1 or not isinstance(levels, list):
        return None
    return latents * int(2 ** (len(levels) - 1))


def check_side(folder: Path, side: int) -> str:
    """What to tell about pictures of this width, before a base model learns from them.

    Raises:
        SystemExit: its own ones are much bigger or smaller.
    """
    own = own_side(folder)
    if own is None or own == side:
        return ""
    words = (
        f"the pictures are {side} pixels wide, and the base model was trained with {own}: declare "
        f"'model: {{resolution: {own}}}' in project.yml, or bring a base model of {side} pixels"
    )
    if max(own, side) > REFUSED * min(own, side):
        raise SystemExit(words)
    return f"warning: {words}"


def _read(file: Path) -> dict[str, Any]:
    """A description that diffusers has written; empty where there is none.

    Raises:
        SystemExit: it is something else.
    """
    if not file.is_file():
        return {}
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SystemExit(f"{file} is no JSON ({error}): fetch it again") from None
    if not isinstance(found, dict):
        raise SystemExit(f"{file} is no JSON object, as diffusers writes it: fetch it again")
    return found
