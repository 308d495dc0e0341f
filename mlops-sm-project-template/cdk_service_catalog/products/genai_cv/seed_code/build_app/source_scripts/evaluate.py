"""Compares a trained model with its base model on pictures that neither has seen.

`denoising`: by which share the denoising loss is lower than the base model's, on the same pictures
with the same noise; 0 means that nothing was learnt. `clip_similarity`, where `model.judge` names a
CLIP model: how well rendered pictures fit their prompts. The report shows what both models draw.
"""

import argparse
import base64
import importlib
import io
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import curves
import torch
from base_model import checked_base_model
from container import (
    processing_input,
    processing_output,
    read_json_lines,
    unpacked_model,
    write_json,
)
from declaration import Declaration, declaration
from denoising import Pictures, load_pipeline, mean_loss
from failures import ended
from PIL import Image
from reports import grid
from tasks import CLIP, DENOISING
from transformers import CLIPModel, CLIPProcessor

NOISE_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def loss_of(folder: Path, pictures: Path, *, seed: int) -> float:
    """The mean denoising loss of a model on pictures."""
    pipeline = load_pipeline(folder)
    return mean_loss(pipeline, Pictures(pipeline, pictures), levels=NOISE_LEVELS, seed=seed)


def rendered(
    code: Path, model: Path, prompts: Sequence[str], *, steps: int, seed: int
) -> list[Image.Image]:
    """What an endpoint with this model would draw for each prompt, in the order of the prompts.

    Args:
        code: the folder with the serving code.
    """
    sys.path.insert(0, str(code))
    inference = importlib.import_module("inference")
    loaded = inference.model_fn(str(model))
    pictures = []
    for prompt in prompts:
        body = json.dumps({"prompt": prompt, "seed": seed, "steps": steps})
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.output_fn(inference.predict_fn(request, loaded), inference.CONTENT_TYPE)
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

    def similarity(self, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> float:
        """Mean cosine between each picture and its own prompt, -1 to 1."""
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
        return cosines.mean().item()


def report(metrics: Mapping[str, float], rows: int, found: Declaration) -> dict[str, Any]:
    """`evaluation.json`: the metrics of both models, and what the gate looks at."""
    score = metrics[found.gate.metric]
    return {
        "metrics": {name: {"value": value} for name, value in metrics.items()},
        "gate": {
            "score": score,
            "improvement": score - metrics.get(f"base_{found.gate.metric}", 0.0),
            "rows": rows,
        },
    }


def main() -> None:
    """Read the inputs `model`, `base_model` and `test`; write the output `evaluation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=42)
    given = vars(parser.parse_args())

    found, pictures = declaration(), processing_input("test")
    base, seed = processing_input("base_model"), given["seed"]
    target = processing_output("evaluation")
    rows = read_json_lines(pictures / "metadata.jsonl")
    prompts = [row["prompt"] for row in rows]
    base_loss = loss_of(base, pictures, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder))
        curves.hand_on(model, target)
        loss = loss_of(model, pictures, seed=seed)
        drawn = {
            name: rendered(model / "code", place, prompts, **given)
            for name, place in (("fine-tuned", model), ("base model", base))
        }
    metrics = {
        "base_denoising_loss": base_loss,
        "denoising_loss": loss,
        DENOISING: (base_loss - loss) / base_loss,
    }
    if found.model.judge:
        clip = Clip(processing_input("judge"))
        metrics[CLIP] = clip.similarity(drawn["fine-tuned"], prompts)
        metrics[f"base_{CLIP}"] = clip.similarity(drawn["base model"], prompts)
    result = report(metrics, len(rows), found)
    write_json(target / "evaluation.json", result)
    originals = [Image.open(pictures / row["file_name"]) for row in rows]
    columns = {"prompt": prompts, "original": originals, **drawn}
    table = [
        dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
    ]
    (target / "report.html").write_text(grid("What both models draw", table), encoding="utf-8")
    print(json.dumps(result["metrics"], sort_keys=True))


if __name__ == "__main__":
    sys.exit(ended(main))
