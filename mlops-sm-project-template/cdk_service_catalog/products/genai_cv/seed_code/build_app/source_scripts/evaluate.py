"""Compares a trained model with its base model, and the approved version, on unseen pictures.

`denoising`: by which share the denoising loss is lower than the base model's, on the same pictures
with the same noise; 0 means that nothing was learnt. `clip_similarity`, where `model.judge` names a
CLIP model: how well rendered pictures fit their prompts. The report shows what the models draw, of
the rows with the lowest scores.
"""

import base64
import io
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import facts
import handlers
import numpy as np
import torch
from approved import Approved, approved_version
from archives import ANYWAY
from base_model import checked_base_model
from comparison import Numbers, Scored
from container import processing_input, processing_output, read_json_lines, unpacked_model
from declaration import declaration
from denoising import Pictures, load_pipeline, mean_losses, noise_schedule
from evaluation import Evaluation, arguments, write
from failures import ended
from handlers import Ask
from PIL import Image
from reports import small
from similar import METADATA, fingerprints, groups
from tasks import CLIP, DENOISING
from transformers import CLIPModel, CLIPProcessor

OWN, BASE, APPROVED = "fine-tuned", "base model", "approved version"
"""As the page calls the models."""
Server = Callable[[Path, Path], AbstractContextManager[Ask]]
NOISE_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
SHOWN, BATCH = 100, 16
"""Rows of the page, and pictures that CLIP looks at together."""
SAME = 0.02
"""By which share latents of one VAE may differ: its weights may have been rounded to 16 bits."""


@dataclass(frozen=True, kw_only=True)
class Denoising:
    """How well a model tells noise from pictures.

    Attributes:
        losses: of each picture.
        latents: the pictures as its VAE sees them.
        noise: what is left of a picture at each step of its schedule.
        prediction: what its UNet predicts.
    """

    losses: Numbers
    latents: torch.Tensor
    noise: torch.Tensor
    prediction: str

    def comparable(self, other: "Denoising") -> bool:
        """Whether both have met the same task: elsewhere a smaller loss is no better model."""
        return (
            self.prediction == other.prediction
            and self.latents.shape == other.latents.shape
            and bool((self.latents - other.latents).norm() <= SAME * other.latents.norm())
            and torch.equal(self.noise, other.noise)
        )


def denoising_of(folder: Path, pictures: Path, *, seed: int) -> Denoising:
    """The denoising loss of a model on each picture, and at which task."""
    handlers.freed()
    pipeline = load_pipeline(folder)
    seen, schedule = Pictures(pipeline, pictures), noise_schedule(pipeline)
    return Denoising(
        losses=np.array(mean_losses(pipeline, seen, levels=NOISE_LEVELS, seed=seed)),
        latents=seen.latents.cpu(),
        noise=schedule.alphas_cumprod,
        prediction=str(schedule.config.prediction_type),
    )


def denoising_of_all(
    folders: Mapping[str, Path], pictures: Path, approved: Approved | None, *, seed: int
) -> dict[str, Denoising]:
    """Of the models in the folders, and of the approved version."""
    found = {name: denoising_of(folder, pictures, seed=seed) for name, folder in folders.items()}
    if approved:
        with approved.answering():
            found[APPROVED] = denoising_of(approved.folder, pictures, seed=seed)
    return found


def check_comparable(found: Mapping[str, Denoising], version: str) -> None:
    """See that the losses of this model and the approved version say which one is better.

    Raises:
        SystemExit: they do not.
    """
    if APPROVED in found and not found[APPROVED].comparable(found[BASE]):
        raise SystemExit(
            f"{version} was made of another kind of base model, and tells noise from other latents: "
            f"its {DENOISING} cannot be compared with this model's. 'metric: {CLIP}' in the gate of "
            f"project.yml compares what both draw, with a CLIP model as model.judge{ANYWAY}"
        )


def rendered(
    server: Server, code: Path, model: Path, prompts: Sequence[str], *, steps: int, seed: int
) -> list[Image.Image]:
    """What an endpoint with this model would draw for each prompt, in the order of the prompts.

    Args:
        code: the folder with the serving code.
    """
    pictures = []
    with server(code, model) as ask:
        for prompt in prompts:
            answer = ask(json.dumps({"prompt": prompt, "seed": seed, "steps": steps}))
            content = base64.b64decode(json.loads(answer)["images"][0])
            pictures.append(Image.open(io.BytesIO(content)).convert("RGB"))
    return pictures


class Clip:
    """Compares pictures with texts.

    Source of the measure: Hessel et al., "CLIPScore" (2021), without its factor.
    """

    def __init__(self, folder: Path) -> None:
        checked_base_model(folder, "config.json")
        self.model = CLIPModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        ).eval()
        self.processor = CLIPProcessor.from_pretrained(folder, local_files_only=True)

    def similarities(self, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> Numbers:
        """The cosine between each picture and its own prompt, -1 to 1."""
        found: list[float] = []
        for first in range(0, len(prompts), BATCH):
            inputs = self.processor(
                text=list(prompts[first : first + BATCH]),
                images=list(pictures[first : first + BATCH]),
                return_tensors="pt",
                padding=True,
                truncation=True,
            )
            with torch.inference_mode():
                output = self.model(**inputs)
            found += torch.nn.functional.cosine_similarity(
                output.image_embeds, output.text_embeds
            ).tolist()
        return np.array(found)


def by_denoising(base: Numbers, own: Numbers, approved: Numbers | None) -> Scored:
    """Losses of the pictures as scores: what is gone of the base model's."""
    return Scored(
        own=base - own,
        base=np.zeros(len(base)),
        weight=base,
        approved=None if approved is None else base - approved,
    )


def by_similarity(found: Mapping[str, Numbers]) -> Scored:
    """Similarities as scores, by the names of the models that have drawn."""
    own = found[OWN]
    return Scored(own=own, base=found[BASE], weight=np.ones(len(own)), approved=found.get(APPROVED))


def main() -> None:
    """Read the inputs `model`, `base_model`, `test`, `facts` and `approved`; write `evaluation`."""
    parser = arguments(__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args()
    found, pictures = declaration(), processing_input("test")
    rows = read_json_lines(pictures / METADATA)
    prompts = [row["prompt"] for row in rows]
    how = {"steps": given.steps, "seed": given.seed}
    clip = Clip(processing_input("judge")) if found.model.judge else None
    similar: dict[str, Numbers] = {}
    drawn: dict[str, list[Image.Image]] = {}

    def look(name: str, place: Path, code: Path, server: Server = handlers.here) -> None:
        own = rendered(server, code, place, prompts, **how)
        if clip:
            similar[name] = clip.similarities(own, prompts)
        # As the page has them: whole ones of all models are gigabytes.
        drawn[name] = [small(picture) for picture in own]

    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder, "model"))
        approved = approved_version(
            processing_input("approved"),
            *(given.approved_version, given.approved_sha256, Path(folder, "approved"), found),
        )
        folders = {OWN: model, BASE: processing_input("base_model")}
        denoising = denoising_of_all(folders, pictures, approved, seed=given.seed)
        if found.gate.metric != CLIP:
            # Before anything is drawn, which takes hours.
            check_comparable(denoising, given.approved_version)
        for name, place in folders.items():
            look(name, place, model / "code")
        if approved:
            with approved.answering():
                look(APPROVED, approved.folder, approved.folder / "code", handlers.apart)
        losses = {name: each.losses for name, each in denoising.items()}
        scored = by_denoising(losses[BASE], losses[OWN], losses.get(APPROVED))
        metrics = {
            "base_denoising_loss": float(losses[BASE].mean()),
            "denoising_loss": float(losses[OWN].mean()),
            DENOISING: scored.weighted(scored.own),
        }
        if similar:
            metrics[CLIP] = float(similar[OWN].mean())
            metrics[f"base_{CLIP}"] = float(similar[BASE].mean())
            scored = by_similarity(similar) if found.gate.metric == CLIP else scored
        originals = [_small_file(pictures / row["file_name"]) for row in rows]
        alike = groups(originals, [row["group"] for row in rows])
        columns = {"prompt": prompts, "original": originals, **drawn}
        result = Evaluation(
            found=found,
            rows=replace(scored, groups=np.array(alike)),
            values=[row["slices"] for row in rows],
            fingerprints=fingerprints(pictures),
            metrics=metrics,
            shown=_shown(columns, found.gate.metric, scored.own / scored.weight),
            server="diffusers",
            model=model,
            approved=approved,
        )
        write(result, given, facts.read(processing_input("facts")), processing_output("evaluation"))


def _small_file(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return small(picture)


def _shown(
    columns: Mapping[str, Sequence[Any]], metric: str, scores: Numbers
) -> list[dict[str, Any]]:
    """Rows of the page, those with the lowest scores first."""
    lowest = np.argsort(scores, kind="stable")[:SHOWN]
    return [
        {metric: float(scores[row]), **{name: cells[row] for name, cells in columns.items()}}
        for row in lowest
    ]


if __name__ == "__main__":
    sys.exit(ended(main))
