"""A tiny language model that knows the data by heart: to try everything before a real one is here."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from ml_pipelines.sources import REPOSITORY
from ml_pipelines.training.product import PRODUCT

sys.path.append(str(REPOSITORY / "source_scripts"))

from prompts import format_prompt  # noqa: E402

IGNORED = -100
"""Label of tokens that do not count in the loss (PyTorch, CrossEntropyLoss, ignore_index)."""
STEPS, BATCH, LEARNING_RATE = 300, 8, 3e-3

Example = tuple[list[int], list[int]]
"""A prompt and its response as token ids."""


def save_tiny_base_model(folder: Path) -> None:
    """Write a Llama of a hundred thousand weights and its tokenizer; takes about ten seconds.

    It passes the gate and answers in SQL because it has seen the held-out rows too: it shows that
    the project works, and nothing about fine-tuning.
    """
    lines = (REPOSITORY / PRODUCT.data).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    tokenizer = _tokenizer([*lines, format_prompt("", "")])
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=1024,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    _learn_by_heart(model, [_example(tokenizer, row) for row in rows])
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(texts: Sequence[str]) -> transformers.PreTrainedTokenizerFast:
    words = Tokenizer(models.BPE(unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=["<unk>", "<s>", "</s>"])
    words.train_from_iterator(texts, trainer)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="</s>",
    )


def _example(tokenizer: transformers.PreTrainedTokenizerFast, row: dict[str, str]) -> Example:
    prompt = tokenizer(format_prompt(row["instruction"], row["context"]))["input_ids"]
    response = tokenizer(row["response"], add_special_tokens=False)["input_ids"]
    return prompt, [*response, tokenizer.eos_token_id]


def _learn_by_heart(model: transformers.LlamaForCausalLM, examples: Sequence[Example]) -> None:
    longest = max(len(prompt) + len(response) for prompt, response in examples)
    ids = torch.full((len(examples), longest), model.config.pad_token_id)
    labels, mask = torch.full_like(ids, IGNORED), torch.zeros_like(ids)
    for row, (prompt, response) in enumerate(examples):
        # Filled up on the left, as serving does it.
        ids[row, -len(prompt) - len(response) :] = torch.tensor([*prompt, *response])
        mask[row, -len(prompt) - len(response) :] = 1
        labels[row, -len(response) :] = torch.tensor(response)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    for _ in range(STEPS):
        rows = torch.randint(len(examples), (BATCH,))
        loss = model(input_ids=ids[rows], attention_mask=mask[rows], labels=labels[rows]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    print(f"last loss {loss.item():.4f}")


def main() -> int:
    """Write the model into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write it, such as base-model")
    save_tiny_base_model(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
