"""What a diffusion model learns: to tell the noise in a picture. Shared by training and evaluation."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import torch
from base_model import checked_base_model
from container import read_json_lines
from devices import device
from diffusers import DDPMScheduler, StableDiffusionPipeline
from PIL import Image

ARCHITECTURE = "StableDiffusionPipeline"


def load_pipeline(folder: Path) -> StableDiffusionPipeline:
    """The pipeline of a folder, on the GPU where there is one; nothing is downloaded.

    Raises:
        SystemExit: the folder holds no model, or one of another architecture.
    """
    index = checked_base_model(folder, "model_index.json") / "model_index.json"
    architecture = json.loads(index.read_text(encoding="utf-8")).get("_class_name")
    if architecture != ARCHITECTURE:
        raise SystemExit(
            f"{index} names the architecture '{architecture}'; these scripts train "
            f"{ARCHITECTURE} (Stable Diffusion 1 and 2), others condition their model differently"
        )
    pipeline = StableDiffusionPipeline.from_pretrained(
        folder, use_safetensors=True, local_files_only=True, torch_dtype=torch.float32
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device())


class Pictures:
    """Pictures and prompts as a pipeline sees them: `latents` and `embeddings`, one row for each.

    Both stay as they are during training, so they are computed once.
    """

    def __init__(self, pipeline: StableDiffusionPipeline, folder: Path) -> None:
        rows = read_json_lines(folder / "metadata.jsonl")
        self.prompts: list[str] = [row["prompt"] for row in rows]
        with torch.inference_mode():
            encoded = [self._latent(pipeline, folder / row["file_name"]) for row in rows]
            embedded = [
                pipeline.encode_prompt(prompt, pipeline.device, 1, False)[0]
                for prompt in self.prompts
            ]
        # Tensors of inference mode take no part in training; copies do.
        self.latents = torch.cat(encoded).clone()
        self.embeddings = torch.cat(embedded).clone()

    def __len__(self) -> int:
        return len(self.prompts)

    @staticmethod
    def _latent(pipeline: StableDiffusionPipeline, path: Path) -> torch.Tensor:
        with Image.open(path) as picture:
            pixels = numpy.asarray(picture.convert("RGB"), dtype=numpy.float32)
        scaled = torch.from_numpy(pixels / 127.5 - 1.0).permute(2, 0, 1)[None].to(pipeline.device)
        # The middle of the distribution instead of a draw from it: the same picture, the same latent.
        latent = pipeline.vae.encode(scaled).latent_dist.mode()
        return latent * pipeline.vae.config.scaling_factor


def noise_schedule(pipeline: StableDiffusionPipeline) -> DDPMScheduler:
    """The schedule that the model was trained with, whatever the pipeline samples with."""
    return DDPMScheduler.from_config(pipeline.scheduler.config)


def denoising_losses(
    unet: Any,
    schedule: DDPMScheduler,
    *,
    latents: torch.Tensor,
    embeddings: torch.Tensor,
    timesteps: torch.Tensor,
    noise: torch.Tensor,
) -> torch.Tensor:
    """Mean squared error of the predicted noise, one number for each row."""
    noisy = schedule.add_noise(latents, noise, timesteps)
    predicted = unet(noisy, timesteps, encoder_hidden_states=embeddings).sample
    velocity = schedule.config.prediction_type == "v_prediction"
    target = schedule.get_velocity(latents, noise, timesteps) if velocity else noise
    return ((predicted.float() - target.float()) ** 2).mean(dim=(1, 2, 3))


def mean_losses(
    pipeline: StableDiffusionPipeline, pictures: Pictures, *, levels: Sequence[float], seed: int
) -> list[float]:
    """The loss of each picture, a mean over noise levels (shares of the schedule, 0 to 1).

    The noise depends on nothing but the seed, so two models meet exactly the same task.
    """
    schedule = noise_schedule(pipeline)
    generator = torch.Generator().manual_seed(seed)
    found = []
    for row in range(len(pictures)):
        losses = []
        latents, embeddings = pictures.latents[row : row + 1], pictures.embeddings[row : row + 1]
        for level in levels:
            step = int(level * (schedule.config.num_train_timesteps - 1))
            noise = torch.randn(latents.shape, generator=generator).to(latents)
            with torch.inference_mode():
                loss = denoising_losses(
                    pipeline.unet,
                    schedule,
                    latents=latents,
                    embeddings=embeddings,
                    timesteps=torch.tensor([step], device=latents.device),
                    noise=noise,
                )
            losses.append(loss.item())
        found.append(sum(losses) / len(losses))
    return found
