"""Fine-tunes an image model with LoRA and saves it merged, with its serving code."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checkpoints
import curves
import torch
import training_record
from container import model_folder, training_channel, training_hyperparameters
from declaration import declaration
from denoising import Pictures, denoising_losses, load_pipeline, noise_schedule
from devices import described
from diffusers import StableDiffusionPipeline
from failures import ended
from peft import LoraConfig
from similar import fingerprints

ATTENTION = ("to_k", "to_q", "to_v", "to_out.0")
SERVING_FILES = ("inference.py", "answers.py", "devices.py", "generation.py")
REPORTED_STEPS = 25
SAVE_EVERY = 50
"""Steps between two checkpoints on a spot machine: what at most is done twice."""
STATE = "state.pt"


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """What a training job may set.

    Attributes:
        max_steps: optimiser steps.
        batch_size: pictures of one step, drawn from the channel with replacement.
        lora_rank, lora_alpha: size and scale of the adapter.
    """

    max_steps: int = 400
    batch_size: int = 2
    learning_rate: float = 1e-4
    lora_rank: int = 16
    lora_alpha: int = 16
    seed: int = 42


def fine_tune(
    pipeline: StableDiffusionPipeline, pictures: Pictures, values: Hyperparameters
) -> list[float]:
    """Train an adapter, merge it into the pipeline's weights, and give back the loss of each step."""
    torch.manual_seed(values.seed)
    unet = pipeline.unet.requires_grad_(False)
    unet.add_adapter(
        LoraConfig(
            r=values.lora_rank,
            lora_alpha=values.lora_alpha,
            init_lora_weights="gaussian",
            target_modules=list(ATTENTION),
        )
    )
    losses = _steps(pipeline, pictures, values)
    unet.fuse_lora(safe_fusing=True)
    unet.unload_lora()
    unet.eval()
    return losses


def _steps(
    pipeline: StableDiffusionPipeline, pictures: Pictures, values: Hyperparameters
) -> list[float]:
    unet, schedule = pipeline.unet.train(), noise_schedule(pipeline)
    weights = [weight for weight in unet.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=values.learning_rate, weight_decay=1e-2)
    generator = torch.Generator().manual_seed(values.seed)
    on_gpu = pipeline.device.type == "cuda"
    kept = checkpoints.kept_in()
    losses = _restored(kept, weights, optimizer, generator)
    for step in range(len(losses), values.max_steps):
        rows = torch.randint(len(pictures), (values.batch_size,), generator=generator)
        times = torch.randint(
            schedule.config.num_train_timesteps, (values.batch_size,), generator=generator
        )
        latents = pictures.latents[rows.to(pipeline.device)]
        noise = torch.randn(latents.shape, generator=generator)
        with torch.autocast(pipeline.device.type, dtype=torch.bfloat16, enabled=on_gpu):
            loss = denoising_losses(
                unet,
                schedule,
                latents=latents,
                embeddings=pictures.embeddings[rows.to(pipeline.device)],
                timesteps=times.to(pipeline.device),
                noise=noise.to(latents),
            ).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if (step + 1) % REPORTED_STEPS == 0:
            recent = losses[-REPORTED_STEPS:]
            print(f"step {step + 1}: loss {sum(recent) / len(recent):.4f}", flush=True)
        if kept and (step + 1) % SAVE_EVERY == 0:
            _keep(kept / f"checkpoint-{step + 1}", weights, optimizer, generator, losses)
    return losses


def _keep(
    checkpoint: Path,
    weights: Sequence[torch.Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    losses: list[float],
) -> None:
    checkpoint.mkdir(parents=True, exist_ok=True)
    state = {
        "weights": [weight.detach().cpu() for weight in weights],
        "optimizer": optimizer.state_dict(),
        "generator": generator.get_state(),
        "losses": losses,
    }
    torch.save(state, checkpoint / STATE)
    checkpoints.complete(checkpoint)


def _restored(
    kept: Path | None,
    weights: Sequence[torch.Tensor],
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
) -> list[float]:
    """The losses so far, with everything as it was then; none where nothing was kept."""
    last = checkpoints.newest(kept)
    if last is None:
        return []
    # Weights only: what lies in S3 is read, and never run.
    state: dict[str, Any] = torch.load(last / STATE, map_location="cpu", weights_only=True)
    with torch.no_grad():
        for weight, value in zip(weights, state["weights"], strict=True):
            weight.copy_(value)
    optimizer.load_state_dict(state["optimizer"])
    generator.set_state(state["generator"])
    losses: list[float] = state["losses"]
    print(f"goes on after {len(losses)} steps", flush=True)
    return losses


def save_with_serving_code(pipeline: StableDiffusionPipeline, folder: Path) -> None:
    """Write all that serving needs: an endpoint reads nothing but this folder."""
    pipeline.save_pretrained(folder, safe_serialization=True)
    code = folder / "code"
    code.mkdir(exist_ok=True)
    for name in SERVING_FILES:
        shutil.copyfile(Path(__file__).with_name(name), code / name)


def main() -> None:
    """Read the channels `train` and `model`; write the model folder."""
    values = training_hyperparameters(Hyperparameters)
    base_model, channel = training_channel("model"), training_channel("train")
    pipeline = load_pipeline(base_model)
    pictures = Pictures(pipeline, channel)
    losses = fine_tune(pipeline, pictures, values)
    target = model_folder()
    save_with_serving_code(pipeline, target)
    curves.leave(target, {"loss": list(enumerate(losses, start=1))})
    training_record.leave(
        target,
        values,
        declaration(),
        base_model=base_model,
        device=described(),
        seen=fingerprints(channel),
    )
    print(f"{len(losses)} steps on {len(pictures)} pictures, last loss {losses[-1]:.4f}")


if __name__ == "__main__":
    sys.exit(ended(main))
