"""What the model answers where `transformers` serves; `asked.py` says what a request looks like."""

from typing import Any

import torch
from asked import checked
from devices import device
from prompts import clean_response
from transformers import AutoModelForCausalLM, AutoTokenizer

__all__ = ["checked", "generated", "load"]

Loaded = tuple[Any, Any]
"""Model and tokenizer."""


def load(folder: str) -> Loaded:
    """The model of a folder; nothing is downloaded and no code of the model is run."""
    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    # A decoder continues its last token, so what fills up a batch stands on the left.
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left", **offline)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    where = device()
    # Straight to the GPU: a model is often bigger than the memory beside it.
    placed = {"device_map": where} if where == "cuda" else {}
    model = AutoModelForCausalLM.from_pretrained(
        folder, use_safetensors=True, dtype="auto", **placed, **offline
    )
    return model.eval(), tokenizer


def generated(request: dict[str, Any], loaded: Loaded) -> dict[str, list[str]]:
    """One response for each prompt, by greedy decoding: the same request has the same answer."""
    model, tokenizer = loaded
    batch = tokenizer(request["prompts"], return_tensors="pt", padding=True)
    with torch.inference_mode():
        answers = model.generate(
            input_ids=batch["input_ids"].to(model.device),
            attention_mask=batch["attention_mask"].to(model.device),
            max_new_tokens=request["tokens"],
            do_sample=False,
            # Base models come with settings for sampling, which greedy decoding warns about.
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    texts = tokenizer.batch_decode(
        answers[:, batch["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return {"outputs": [clean_response(text) for text in texts]}
