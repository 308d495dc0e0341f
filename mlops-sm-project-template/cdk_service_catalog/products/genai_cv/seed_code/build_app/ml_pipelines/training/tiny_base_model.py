"""A tiny, random Stable Diffusion: to try everything before a real one is here."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import diffusers
import torch
import transformers

LETTERS = [chr(code) for code in range(97, 123)]
ENDS = ["<|startoftext|>", "<|endoftext|>"]
KNOWN = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS), *ENDS]


def save_tiny_base_model(folder: Path) -> None:
    """Write all parts of a pipeline, and a tokenizer of letters; the same at every call.

    Fine-tuning improves it enough for the gate, because it begins with nothing.
    """
    torch.manual_seed(1)
    text_encoder = transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=len(KNOWN),
            hidden_size=32,
            intermediate_size=37,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=16,
            bos_token_id=len(KNOWN) - 2,
            eos_token_id=len(KNOWN) - 1,
            pad_token_id=len(KNOWN) - 1,
        )
    )
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        sample_size=16,
        norm_num_groups=2,
        down_block_types=("CrossAttnDownBlock2D",) * 2,
        up_block_types=("CrossAttnUpBlock2D",) * 2,
        cross_attention_dim=32,
        attention_head_dim=2,
    )
    vae = diffusers.AutoencoderKL(
        # Halved five times, a picture of 512 pixels is 16 wide: hundreds of steps take seconds.
        block_out_channels=(4, 4, 4, 4, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 6,
        up_block_types=("UpDecoderBlock2D",) * 6,
        norm_num_groups=2,
        latent_channels=4,
    )
    diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=letters_tokenizer(),
        unet=unet,
        scheduler=diffusers.DDIMScheduler(num_train_timesteps=100, clip_sample=False),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=True)


def main() -> int:
    """Write the model into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write it, such as base-model")
    save_tiny_base_model(parser.parse_args().folder)
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
