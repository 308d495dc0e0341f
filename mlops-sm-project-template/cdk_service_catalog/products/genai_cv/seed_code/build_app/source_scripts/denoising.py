"""What a diffusion model learns: to tell the noise in a picture. Shared by training and evaluation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import torch
from architectures import Conditions, Picture, of_folder, of_pipeline
from container import read_json_lines
from devices import device
from diffusers import DDPMScheduler
from PIL import Image
from similar import METADATA

SERVED_IN = {"cuda": torch.float16, "cpu": torch.float32}
"""The precision of a model where it runs, as `generation.py` serves it."""


def load_pipeline(folder: Path, precision: torch.dtype | None = None) -> Any:
    """The pipeline of a folder, on the GPU where there is one; nothing is downloaded.

    Its VAE stays in 32 bits: in 16 that of Stable Diffusion XL overflows (`force_upcast` of its
    configuration, for which diffusers' own pipeline does the same).

    Args:
        precision: of everything else; without it, that of serving.

    Raises:
        SystemExit: the folder holds no model, or one of another architecture.
    """
    where = device()
    pipeline = of_folder(folder).pipeline.from_pretrained(
        folder,
        use_safetensors=True,
        local_files_only=True,
        torch_dtype={"default": precision or SERVED_IN[where], "vae": torch.float32},
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(where)


class Pictures:
    """Pictures and prompts as a UNet sees them: `latents` and `conditions`, one row for each.

    Both stay as they are during training, so they are computed once, and the VAE and the text
    encoders need no memory meanwhile.
    """

    def __init__(self, pipeline: Any, folder: Path) -> None:
        rows = read_json_lines(folder / METADATA)
        self.prompts: list[str] = [row["prompt"] for row in rows]
        with torch.no_grad():
            latents, known = zip(*(_seen(pipeline, folder, row) for row in rows), strict=True)
            self.latents = torch.cat(latents)
            self.conditions = of_pipeline(pipeline).conditions(pipeline, known)

    def __len__(self) -> int:
        return len(self.prompts)


def _seen(pipeline: Any, folder: Path, row: dict[str, Any]) -> tuple[torch.Tensor, Picture]:
    """A picture of a part of the split: its latent, and what else is known of it."""
    with Image.open(folder / row["file_name"]) as picture:
        pixels = numpy.asarray(picture.convert("RGB"), dtype=numpy.float32)
    scaled = torch.from_numpy(pixels / 127.5 - 1.0).permute(2, 0, 1)[None].to(pipeline.device)
    # The middle of the distribution instead of a draw from it: the same picture, the same latent.
    latent = pipeline.vae.encode(scaled).latent_dist.mode() * pipeline.vae.config.scaling_factor
    height, width, _ = pixels.shape
    return latent, Picture(
        prompt=row["prompt"],
        original=tuple(row["original"]),
        crop=tuple(row["crop"]),
        target=(height, width),
    )


def noise_schedule(pipeline: Any) -> DDPMScheduler:
    """The schedule that the model was trained with, whatever the pipeline samples with."""
    return DDPMScheduler.from_config(pipeline.scheduler.config)


def denoising_losses(
    unet: Any,
    schedule: DDPMScheduler,
    *,
    latents: torch.Tensor,
    conditions: Conditions,
    timesteps: torch.Tensor,
    noise: torch.Tensor,
) -> torch.Tensor:
    """Mean squared error of the predicted noise, one number for each row."""
    noisy = schedule.add_noise(latents, noise, timesteps).to(unet.conv_in.weight.dtype)
    predicted = unet(noisy, timesteps, **conditions.arguments()).sample
    velocity = schedule.config.prediction_type == "v_prediction"
    target = schedule.get_velocity(latents, noise, timesteps) if velocity else noise
    return ((predicted.float() - target.float()) ** 2).mean(dim=(1, 2, 3))


def mean_losses(
    pipeline: Any, pictures: Pictures, *, levels: Sequence[float], seed: int
) -> list[float]:
    """The loss of each picture, a mean over noise levels (shares of the schedule, 0 to 1).

    The noise depends on nothing but the seed, so two models meet exactly the same task.
    """
    schedule = noise_schedule(pipeline)
    generator = torch.Generator().manual_seed(seed)
    found = []
    for row in range(len(pictures)):
        losses = []
        this = slice(row, row + 1)
        latents, conditions = pictures.latents[this], pictures.conditions.of(this)
        for level in levels:
            step = int(level * (schedule.config.num_train_timesteps - 1))
            noise = torch.randn(latents.shape, generator=generator).to(latents)
            with torch.inference_mode():
                loss = denoising_losses(
                    pipeline.unet,
                    schedule,
                    latents=latents,
                    conditions=conditions,
                    timesteps=torch.tensor([step], device=latents.device),
                    noise=noise,
                )
            losses.append(loss.item())
        found.append(sum(losses) / len(losses))
    return found
