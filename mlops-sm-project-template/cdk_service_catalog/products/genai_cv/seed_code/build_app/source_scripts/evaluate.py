"""Compares a trained model with its base model on pictures that it has not seen.

The score is the improvement: by which share the denoising loss is lower than the base model's, on
the same pictures with the same noise. 0 means that nothing was learnt, below 0 that the model
became worse. Where a CLIP model is given, the similarity of rendered pictures to their prompts is
reported too.
"""

import argparse
import base64
import importlib
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from base_model import checked_base_model
from container import (
    processing_input,
    processing_output,
    unpacked_model,
    write_json,
    write_json_lines,
)
from denoising import Pictures, load_pipeline, mean_loss
from failures import ended
from PIL import Image
from transformers import CLIPModel, CLIPProcessor

NOISE_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def loss_of(folder: Path, pictures: Path, *, seed: int) -> float:
    """The mean denoising loss of a model on pictures."""
    pipeline = load_pipeline(folder)
    return mean_loss(pipeline, Pictures(pipeline, pictures), levels=NOISE_LEVELS, seed=seed)


def rendered(model: Path, prompts: Sequence[str], *, steps: int, seed: int) -> list[Image.Image]:
    """What an endpoint with this model would draw for each prompt, in the order of the prompts."""
    sys.path.insert(0, str(model / "code"))
    inference = importlib.import_module("inference")
    pipeline = inference.model_fn(str(model))
    pictures = []
    for prompt in prompts:
        body = json.dumps({"prompt": prompt, "seed": seed, "steps": steps})
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.output_fn(
            inference.predict_fn(request, pipeline), inference.CONTENT_TYPE
        )
        content = base64.b64decode(json.loads(answer)["images"][0])
        pictures.append(Image.open(io.BytesIO(content)).convert("RGB"))
    return pictures


def clip_similarity(folder: Path, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> float:
    """Mean cosine between each picture and its own prompt, -1 to 1.

    Source of the measure: Hessel et al., "CLIPScore" (2021), without its factor.
    """
    checked_base_model(folder, "config.json")
    model = CLIPModel.from_pretrained(folder, local_files_only=True, use_safetensors=True).eval()
    processor = CLIPProcessor.from_pretrained(folder, local_files_only=True)
    inputs = processor(
        text=list(prompts),
        images=list(pictures),
        return_tensors="pt",
        padding=True,
        truncation=True,
    )
    with torch.inference_mode():
        output = model(**inputs)
    cosines = torch.nn.functional.cosine_similarity(output.image_embeds, output.text_embeds)
    return cosines.mean().item()


def main() -> None:
    """Read the inputs `model`, `base_model` and `validation`; write the output `evaluation`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--seed", type=int, default=42)
    arguments = parser.parse_args()

    pictures = processing_input("validation")
    target = processing_output("evaluation")
    base_loss = loss_of(processing_input("base_model"), pictures, seed=arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        model = unpacked_model(processing_input("model") / "model.tar.gz", Path(folder))
        loss = loss_of(model, pictures, seed=arguments.seed)
        rows = [
            json.loads(line)
            for line in (pictures / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        prompts = [row["prompt"] for row in rows]
        drawn = rendered(model, prompts, steps=arguments.steps, seed=arguments.seed)
    metrics = {
        "base_denoising_loss": base_loss,
        "denoising_loss": loss,
        "improvement": (base_loss - loss) / base_loss,
    }
    clip = processing_input("clip_model")
    if clip.is_dir():
        metrics["clip_similarity"] = clip_similarity(clip, drawn, prompts)
    for row, picture in zip(rows, drawn, strict=True):
        picture.save(target / row["file_name"])
    write_json_lines(target / "metadata.jsonl", rows)
    write_json(
        target / "evaluation.json",
        {
            "metrics": {name: {"value": value} for name, value in metrics.items()},
            "validation_pictures": len(rows),
        },
    )
    print(json.dumps(metrics, sort_keys=True))


if __name__ == "__main__":
    sys.exit(ended(main))
