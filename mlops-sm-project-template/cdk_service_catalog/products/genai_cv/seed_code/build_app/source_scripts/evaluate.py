"""Compares a trained model with its base model, and the approved version, on unseen pictures.

`denoising`: by which share the denoising loss is lower than the base model's, on the same pictures
with the same noise; 0 means that nothing was learnt. `clip_similarity`, where `model.judge` names a
CLIP model: how well rendered pictures fit their prompts. The report shows what the models draw.
"""

import base64
import io
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import facts
import handlers
import numpy as np
import torch
from approved import approved_version
from base_model import checked_base_model
from comparison import Numbers, Scored
from container import processing_input, processing_output, read_json_lines, unpacked_model
from declaration import declaration
from denoising import Pictures, load_pipeline, mean_losses
from evaluation import Evaluation, arguments, write
from failures import ended
from handlers import Ask
from PIL import Image
from similar import METADATA, fingerprints, groups
from tasks import CLIP, DENOISING
from transformers import CLIPModel, CLIPProcessor

OWN, BASE, APPROVED = "fine-tuned", "base model", "approved version"
"""As the page calls the models."""
Server = Callable[[Path, Path], AbstractContextManager[Ask]]
NOISE_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def losses_of(folder: Path, pictures: Path, *, seed: int) -> Numbers:
    """The denoising loss of a model on each picture."""
    pipeline = load_pipeline(folder)
    seen = Pictures(pipeline, pictures)
    return np.array(mean_losses(pipeline, seen, levels=NOISE_LEVELS, seed=seed))


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
        inputs = self.processor(
            text=list(prompts),
            images=list(pictures),
            return_tensors="pt",
            padding=True,
            truncation=True,
        )
        with torch.inference_mode():
            output = self.model(**inputs)
        cosines = torch.nn.functional.cosine_similarity(output.image_embeds, output.text_embeds)
        return np.array(cosines.tolist())


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
    losses: dict[str, Numbers] = {}
    drawn: dict[str, list[Image.Image]] = {}

    def look(name: str, place: Path, code: Path, server: Server = handlers.here) -> None:
        losses[name] = losses_of(place, pictures, seed=given.seed)
        drawn[name] = rendered(server, code, place, prompts, **how)

    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder, "model"))
        approved = approved_version(
            processing_input("approved"),
            *(given.approved_version, given.approved_sha256, Path(folder, "approved"), found),
        )
        look(OWN, model, model / "code")
        look(BASE, processing_input("base_model"), model / "code")
        if approved:
            with approved.answering():
                look(APPROVED, approved.folder, approved.folder / "code", handlers.apart)
        scored = by_denoising(losses[BASE], losses[OWN], losses.get(APPROVED))
        metrics = {
            "base_denoising_loss": float(losses[BASE].mean()),
            "denoising_loss": float(losses[OWN].mean()),
            DENOISING: scored.weighted(scored.own),
        }
        if found.model.judge:
            clip = Clip(processing_input("judge"))
            similar = {name: clip.similarities(own, prompts) for name, own in drawn.items()}
            metrics[CLIP] = float(similar[OWN].mean())
            metrics[f"base_{CLIP}"] = float(similar[BASE].mean())
            scored = by_similarity(similar) if found.gate.metric == CLIP else scored
        originals = [Image.open(pictures / row["file_name"]) for row in rows]
        alike = groups(originals, [row["group"] for row in rows])
        result = Evaluation(
            found=found,
            rows=replace(scored, groups=np.array(alike)),
            values=[row["slices"] for row in rows],
            fingerprints=fingerprints(pictures),
            metrics=metrics,
            shown=_shown({"prompt": prompts, "original": originals, **drawn}),
            server="diffusers",
            model=model,
            approved=approved,
        )
        write(result, given, facts.read(processing_input("facts")), processing_output("evaluation"))


def _shown(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


if __name__ == "__main__":
    sys.exit(ended(main))
