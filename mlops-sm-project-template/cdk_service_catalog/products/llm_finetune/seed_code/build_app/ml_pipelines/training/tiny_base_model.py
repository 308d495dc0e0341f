"""A language model of a few thousand random weights: to try everything before a real one is here."""

import argparse
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.product import PRODUCT


def save_tiny_base_model(folder: Path) -> None:
    """Write a Llama, and a tokenizer that knows the words of the data; the same at every call."""
    words = Tokenizer(models.BPE(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<s>", "</s>"])
    data = REPOSITORY / PRODUCT.data
    words.train_from_iterator([data.read_text(encoding="utf-8")], trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=1024,
        )
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> int:
    """Write the model into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write it, such as base-model")
    save_tiny_base_model(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
