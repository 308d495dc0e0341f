"""A tiny, random Stable Diffusion XL, or an older one: to try everything before a real one is here."""

import argparse
import json
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from ml_pipelines import declared

NEWEST = "StableDiffusionXLPipeline"
HIDDEN, PROJECTED = 32, 16
LETTERS = [chr(code) for code in range(97, 123)]
ENDS = ["<|startoftext|>", "<|endoftext|>"]
KNOWN = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), *ENDS]


def save_tiny_base_model(folder: Path, *, architecture: str = NEWEST, side: int = 1024) -> None:
    """Write all parts of a pipeline, and a tokenizer of letters; the same at every call.

    Fine-tuning improves it enough for the gate, because it begins with nothing.

    Args:
        architecture: a class of diffusers, one of `PIPELINES`.
        side: the width of the pictures that it draws.
    """
    torch.manual_seed(1)
    # Halved as often as that, a picture is 16 to 31 wide: hundreds of steps take seconds.
    halvings = max(1, int(math.log2(side / 16)))
    vae = diffusers.AutoencoderKL(
        block_out_channels=(4,) * (halvings - 1) + (8, 8),
        down_block_types=("DownEncoderBlock2D",) * (halvings + 1),
        up_block_types=("UpDecoderBlock2D",) * (halvings + 1),
        norm_num_groups=2,
        latent_channels=4,
    )
    PIPELINES[architecture](vae, side >> halvings).save_pretrained(folder, safe_serialization=True)


def _stable_diffusion(vae: diffusers.AutoencoderKL, latents: int) -> Any:
    """One text encoder, and attention at each level."""
    return diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=transformers.CLIPTextModel(_text_config()),
        tokenizer=letters_tokenizer(),
        unet=diffusers.UNet2DConditionModel(
            **_small_unet(latents),
            down_block_types=("CrossAttnDownBlock2D",) * 2,
            up_block_types=("CrossAttnUpBlock2D",) * 2,
            cross_attention_dim=HIDDEN,
        ),
        scheduler=diffusers.DDIMScheduler(num_train_timesteps=100, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _stable_diffusion_xl(vae: diffusers.AutoencoderKL, latents: int) -> Any:
    """Two text encoders, the second with a projection, and six numbers that tell of a picture."""
    return diffusers.StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=transformers.CLIPTextModel(_text_config()),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_text_config()),
        tokenizer=letters_tokenizer(),
        tokenizer_2=letters_tokenizer(),
        unet=diffusers.UNet2DConditionModel(
            **_small_unet(latents),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=2 * HIDDEN,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + PROJECTED,
        ),
        scheduler=diffusers.EulerDiscreteScheduler(
            num_train_timesteps=100, timestep_spacing="leading", steps_offset=1
        ),
    )


PIPELINES = {
    "StableDiffusionPipeline": _stable_diffusion,
    NEWEST: _stable_diffusion_xl,
}


def _text_config() -> transformers.CLIPTextConfig:
    return transformers.CLIPTextConfig(
        vocab_size=len(KNOWN),
        hidden_size=HIDDEN,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=16,
        projection_dim=PROJECTED,
        bos_token_id=len(KNOWN) - 2,
        eos_token_id=len(KNOWN) - 1,
        pad_token_id=len(KNOWN) - 1,
    )


def _small_unet(latents: int) -> dict[str, Any]:
    return {
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "sample_size": latents,
        "norm_num_groups": 2,
        "attention_head_dim": 2,
    }


def main() -> int:
    """Write the model into the folder that is named, for the resolution of `project.yml`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write it, such as base-model")
    parser.add_argument(
        "--architecture",
        choices=sorted(PIPELINES),
        default=NEWEST,
        help="the class of diffusers (default: %(default)s)",
    )
    given = parser.parse_args()
    side = declared.read().model.resolution
    save_tiny_base_model(given.folder, architecture=given.architecture, side=side)
    return 0


def letters_tokenizer() -> transformers.CLIPTokenizer:
    """A tokenizer that knows letters and the ends of texts."""
    with tempfile.TemporaryDirectory() as folder:
        vocabulary, merges = Path(folder, "vocab.json"), Path(folder, "merges.txt")
        vocabulary.write_text(json.dumps({text: n for n, text in enumerate(KNOWN)}))
        merges.write_text("#version: 0.2\n")
        tokenizer = transformers.CLIPTokenizer(str(vocabulary), str(merges))
    tokenizer.model_max_length = 16
    return tokenizer


if __name__ == "__main__":
    sys.exit(main())
