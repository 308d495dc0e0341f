"""Fine-tunes an image model with LoRA and saves it merged, with its serving code.

On a GPU the UNet learns in 16 bits, the adapter in 32, and no activation is kept that can be computed
again (gradient checkpointing): of Stable Diffusion XL, a GPU with 24 GB holds that.
"""

import copy
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
from architectures import check_side, of_folder
from container import model_folder, read_json_lines, training_channel, training_hyperparameters
from declaration import declaration
from denoising import Pictures, denoising_losses, load_pipeline, noise_schedule
from devices import described, device
from failures import ended
from handlers import freed
from peft import LoraConfig
from PIL import Image
from similar import METADATA, fingerprints

ATTENTION = ("to_k", "to_q", "to_v", "to_out.0")
SERVING_FILES = ("inference.py", "answers.py", "devices.py", "generation.py")
LEARNS_IN = {"cuda": torch.bfloat16, "cpu": torch.float32}
"""The precision of the UNet while its adapter learns: bfloat16 does not overflow."""
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
    pipeline: Any,
    pictures: Pictures,
    values: Hyperparameters,
    precision: torch.dtype | None = None,
) -> list[float]:
    """Train an adapter, merge it into the pipeline's weights, and give back the loss of each step.

    Args:
        precision: of the UNet while it learns; without it, that of the device.
    """
    where = device()
    torch.manual_seed(values.seed)
    whole = pipeline.unet.requires_grad_(False)
    # A copy learns, so that the weights that are merged were never rounded for it.
    unet = copy.deepcopy(whole).to(precision or LEARNS_IN[where])
    # Neither the encoders nor the weights as they were are needed meanwhile.
    pipeline.to("cpu")
    freed()
    _add_adapter(unet, values)
    unet.enable_gradient_checkpointing()
    losses = _steps(unet, noise_schedule(pipeline), pictures, values)
    _add_adapter(whole, values)
    learnt = {name: weight for name, weight in unet.named_parameters() if weight.requires_grad}
    whole.load_state_dict({name: weight.detach() for name, weight in learnt.items()}, strict=False)
    whole.fuse_lora(safe_fusing=True)
    whole.unload_lora()
    whole.eval()
    return losses


def _add_adapter(unet: Any, values: Hyperparameters) -> None:
    """LoRA on the attention of a UNet, in 32 bits whatever the UNet has."""
    unet.add_adapter(
        LoraConfig(
            r=values.lora_rank,
            lora_alpha=values.lora_alpha,
            init_lora_weights="gaussian",
            target_modules=list(ATTENTION),
        )
    )
    for weight in unet.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()


def _steps(unet: Any, schedule: Any, pictures: Pictures, values: Hyperparameters) -> list[float]:
    unet.train()
    weights = [weight for weight in unet.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=values.learning_rate, weight_decay=1e-2)
    generator = torch.Generator().manual_seed(values.seed)
    where, precision = pictures.latents.device, unet.conv_in.weight.dtype
    kept = checkpoints.kept_in()
    losses = _restored(kept, weights, optimizer, generator)
    for step in range(len(losses), values.max_steps):
        rows = torch.randint(len(pictures), (values.batch_size,), generator=generator)
        times = torch.randint(
            schedule.config.num_train_timesteps, (values.batch_size,), generator=generator
        )
        chosen = rows.to(where)
        latents = pictures.latents[chosen]
        noise = torch.randn(latents.shape, generator=generator)
        with torch.autocast(where.type, precision, enabled=precision != torch.float32):
            loss = denoising_losses(
                unet,
                schedule,
                latents=latents,
                conditions=pictures.conditions.of(chosen),
                timesteps=times.to(where),
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


def save_with_serving_code(pipeline: Any, folder: Path) -> None:
    """Write all that serving needs: an endpoint reads nothing but this folder."""
    pipeline.save_pretrained(folder, safe_serialization=True)
    code = folder / "code"
    code.mkdir(exist_ok=True)
    for name in SERVING_FILES:
        shutil.copyfile(Path(__file__).with_name(name), code / name)


def _side(channel: Path) -> int:
    """How wide the pictures of a part of the split are: all of them are the same."""
    with Image.open(channel / read_json_lines(channel / METADATA)[0]["file_name"]) as picture:
        return int(picture.width)


def main() -> None:
    """Read the channels `train` and `model`; write the model folder."""
    values = training_hyperparameters(Hyperparameters)
    base_model, channel = training_channel("model"), training_channel("train")
    of_folder(base_model)
    told = check_side(base_model, _side(channel))
    if told:
        print(told, flush=True)
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
