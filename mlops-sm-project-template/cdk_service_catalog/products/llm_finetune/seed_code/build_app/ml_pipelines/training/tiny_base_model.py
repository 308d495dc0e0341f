"""A tiny language model that knows the data by heart: to try everything before a real one is here."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from ml_pipelines import declared
from ml_pipelines.sources import REPOSITORY, SCRIPTS

sys.path.append(str(REPOSITORY / SCRIPTS))

from container import read_json_lines  # noqa: E402
from prompts import format_prompt  # noqa: E402

IGNORED = -100
"""Label of tokens that do not count in the loss (PyTorch, CrossEntropyLoss, ignore_index)."""
STEPS, BATCH, LEARNING_RATE = 400, 8, 3e-3
POLITE, POLITENESS = "Here it is: ", 0.7
"""What the model says before an answer, as models that talk do, and how sure it is of that;
fine-tuning teaches it not to."""

Example = tuple[list[int], list[int]]
"""A prompt and its response as token ids."""


def save_tiny_base_model(folder: Path) -> None:
    """Write a Llama of a hundred thousand weights and its tokenizer; takes about ten seconds.

    It knows the answers because it has seen the held-out rows too, and says something before each,
    which fine-tuning takes away: it shows that the project works, and nothing about a real model.
    """
    rows, texts = _rows(), [format_prompt("", ""), POLITE]
    tokenizer = _tokenizer([*texts, *(text for row in rows for text in row.values())])
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            # Of 32 values: vLLM has no attention for smaller heads on a CPU.
            num_attention_heads=2,
            max_position_embeddings=4096,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    polite, plain = ([_example(tokenizer, row, before) for row in rows] for before in (POLITE, ""))
    _learn_by_heart(
        model, [*polite, *plain], [POLITENESS] * len(rows) + [1 - POLITENESS] * len(rows)
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _rows() -> list[dict[str, str]]:
    data = declared.read().data
    place = REPOSITORY / data.file
    files = sorted(place.rglob("*.json*")) if place.is_dir() else [place]
    rows = [data.renamed(row) for file in files for row in read_json_lines(file)]
    return [
        {name: row.get(name, "") for name in ("instruction", "context", "response")} for row in rows
    ]


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


def _example(
    tokenizer: transformers.PreTrainedTokenizerFast, row: dict[str, str], before: str
) -> Example:
    prompt = tokenizer(format_prompt(row["instruction"], row["context"]))["input_ids"]
    response = tokenizer(before + row["response"], add_special_tokens=False)["input_ids"]
    return prompt, [*response, tokenizer.eos_token_id]


def _learn_by_heart(
    model: transformers.LlamaForCausalLM, examples: Sequence[Example], weights: Sequence[float]
) -> None:
    longest = max(len(prompt) + len(response) for prompt, response in examples)
    ids = torch.full((len(examples), longest), model.config.pad_token_id)
    labels, mask = torch.full_like(ids, IGNORED), torch.zeros_like(ids)
    for row, (prompt, response) in enumerate(examples):
        # Filled up on the left, as serving does it.
        ids[row, -len(prompt) - len(response) :] = torch.tensor([*prompt, *response])
        mask[row, -len(prompt) - len(response) :] = 1
        labels[row, -len(response) :] = torch.tensor(response)
    chances = torch.tensor(weights)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE)
    for _ in range(STEPS):
        rows = torch.multinomial(chances, BATCH)
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
