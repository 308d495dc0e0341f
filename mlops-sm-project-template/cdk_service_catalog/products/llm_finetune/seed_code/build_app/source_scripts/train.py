"""Fine-tunes a causal language model with LoRA and saves it merged, with its serving code."""

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
from base_model import checked_base_model
from container import model_folder, read_json_lines, training_channel, training_hyperparameters
from declaration import declaration
from devices import described, device
from failures import ended
from peft import LoraConfig, get_peft_model
from prompts import CHAT, format_prompt
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForSeq2Seq,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)

SERVING_FILES = (
    *("inference.py", "answers.py", "asked.py", "prompts.py", "devices.py", "generation.py"),
    "vllm_requests.py",
)
"""What both servers need: which one it is, the version says, and the model is the same."""
SAVE_EVERY = 50
"""Steps between two checkpoints on a spot machine: what at most is done twice."""
IGNORED = -100
"""Label of tokens that do not count in the loss (PyTorch, CrossEntropyLoss, ignore_index)."""


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """What a training job may set.

    Attributes:
        max_steps: optimiser steps; below 1: as many as `epochs` need.
        batch_size, accumulation_steps: their product is the batch of one optimiser step.
        max_tokens: longer rows are left out: a cut response teaches the model to stop early.
        lora_rank, lora_alpha, lora_dropout: size, scale and dropout of the adapter.
    """

    epochs: float = 3.0
    max_steps: int = -1
    batch_size: int = 4
    accumulation_steps: int = 4
    learning_rate: float = 2e-4
    warmup_steps: int = 5
    max_tokens: int = 1024
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.05
    seed: int = 42


def tokenised(
    rows: Sequence[dict[str, str]], tokenizer: PreTrainedTokenizerBase, *, max_tokens: int
) -> list[dict[str, list[int]]]:
    """Rows as token ids; only the response and the end mark count in the loss.

    Raises:
        SystemExit: no row is short enough.
    """
    examples = []
    for row in rows:
        prompt = tokenizer(format_prompt(row["instruction"], row["context"]))["input_ids"]
        response = tokenizer(row["response"], add_special_tokens=False)["input_ids"]
        response = [*response, tokenizer.eos_token_id]
        if len(prompt) + len(response) <= max_tokens:
            examples.append(
                {
                    "input_ids": [*prompt, *response],
                    "attention_mask": [1] * (len(prompt) + len(response)),
                    "labels": [IGNORED] * len(prompt) + response,
                }
            )
    if not examples:
        raise SystemExit(
            f"None of {len(rows)} rows has at most {max_tokens} tokens; raise 'max_tokens'"
        )
    print(f"{len(examples)} of {len(rows)} rows have at most {max_tokens} tokens")
    return examples


class Complete(TrainerCallback):
    """Says of each checkpoint that it is whole."""

    def on_save(self, args: Any, state: Any, control: Any, **named: Any) -> None:
        """After all files of the checkpoint are written."""
        checkpoints.complete(Path(args.output_dir) / f"checkpoint-{state.global_step}")


def fine_tuned(
    base: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[dict[str, list[int]]],
    values: Hyperparameters,
    work_folder: Path,
    kept: Path | None,
) -> tuple[PreTrainedModel, list[tuple[int, float]]]:
    """The base model with a trained adapter merged into its weights, and the loss of each step.

    Args:
        kept: where checkpoints are, from the last of which a training goes on; None for none.
    """
    set_seed(values.seed)
    adapted = get_peft_model(
        base,
        LoraConfig(
            task_type="CAUSAL_LM",
            target_modules="all-linear",
            r=values.lora_rank,
            lora_alpha=values.lora_alpha,
            lora_dropout=values.lora_dropout,
        ),
    )
    trainer = Trainer(
        model=adapted,
        args=_training_arguments(values, kept or work_folder, saves=kept is not None),
        train_dataset=list(examples),
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED),
        callbacks=[Complete()],
    )
    last = checkpoints.newest(kept)
    if last:
        print(f"goes on after {last.name.rpartition('-')[2]} steps", flush=True)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    losses = [(row["step"], row["loss"]) for row in trainer.state.log_history if "loss" in row]
    return adapted.merge_and_unload(safe_merge=True), losses


def _training_arguments(
    values: Hyperparameters, work_folder: Path, *, saves: bool
) -> TrainingArguments:
    has_gpu = device() == "cuda"
    return TrainingArguments(
        output_dir=str(work_folder),
        num_train_epochs=values.epochs,
        max_steps=values.max_steps if values.max_steps > 0 else -1,
        per_device_train_batch_size=values.batch_size,
        gradient_accumulation_steps=values.accumulation_steps,
        learning_rate=values.learning_rate,
        warmup_steps=values.warmup_steps,
        lr_scheduler_type="cosine",
        seed=values.seed,
        data_seed=values.seed,
        use_cpu=not has_gpu,
        bf16=has_gpu and torch.cuda.is_bf16_supported(),
        # Memory instead of speed; the LoRA weights are no leaves that reentrant hooks could see.
        gradient_checkpointing=has_gpu,
        gradient_checkpointing_kwargs={"use_reentrant": False} if has_gpu else None,
        dataloader_pin_memory=has_gpu,
        remove_unused_columns=False,
        logging_steps=1,
        disable_tqdm=True,
        save_strategy="steps" if saves else "no",
        save_steps=SAVE_EVERY,
        report_to=[],
    )


def load_base(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model and tokenizer of a folder; nothing is downloaded and no code of the model is run."""
    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(folder, **offline)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(
        folder,
        use_safetensors=True,
        dtype=torch.bfloat16 if device() == "cuda" else torch.float32,
        **offline,
    )
    return model, tokenizer


def save_with_serving_code(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path
) -> None:
    """Write all that serving needs: an endpoint reads nothing but this folder."""
    model.save_pretrained(folder)
    # A base model's own template would ask the model otherwise than it was trained.
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)
    code = folder / "code"
    code.mkdir(exist_ok=True)
    for name in SERVING_FILES:
        shutil.copyfile(Path(__file__).with_name(name), code / name)


def main() -> None:
    """Read the channels `train` and `model`; write the model folder."""
    values = training_hyperparameters(Hyperparameters)
    folder = checked_base_model(training_channel("model"), "config.json")
    rows = read_json_lines(training_channel("train") / "train.jsonl")
    base, tokenizer = load_base(folder)
    examples = tokenised(rows, tokenizer, max_tokens=values.max_tokens)
    target = model_folder()
    kept = checkpoints.kept_in()
    model, losses = fine_tuned(base, tokenizer, examples, values, target.parent / "work", kept)
    save_with_serving_code(model, tokenizer, target)
    curves.leave(target, {"loss": losses})
    training_record.leave(
        target,
        values,
        declaration(),
        base_model=folder,
        device=described(),
        seen=[training_record.fingerprint(row["instruction"], row["context"]) for row in rows],
    )


if __name__ == "__main__":
    sys.exit(ended(main))
