"""What the model answers.

Request: `{"inputs": [{"instruction": ..., "context": ...}], "parameters": {"max_new_tokens": 128}}`,
where `context` and `parameters` may be missing. Response: `{"outputs": ["..."]}`, one for each input.
"""

from typing import Any

import torch
from answers import BadRequest
from devices import device
from prompts import clean_response, format_prompt
from transformers import AutoModelForCausalLM, AutoTokenizer

MAXIMUM_INPUTS = 32
DEFAULT_NEW_TOKENS = 256
MAXIMUM_NEW_TOKENS = 1024

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


def checked(request: Any) -> dict[str, Any]:
    """A request as prompts and the number of tokens to generate.

    Raises:
        BadRequest: it is not as the docstring of this module says.
    """
    inputs = request.get("inputs") if isinstance(request, dict) else None
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= MAXIMUM_INPUTS:
        raise BadRequest(f"'inputs' must be a list of 1 to {MAXIMUM_INPUTS} objects")
    parameters = request.get("parameters", {})
    if not isinstance(parameters, dict):
        raise BadRequest("'parameters' must be an object")
    tokens = parameters.get("max_new_tokens", DEFAULT_NEW_TOKENS)
    if type(tokens) is not int or not 1 <= tokens <= MAXIMUM_NEW_TOKENS:
        raise BadRequest(f"'max_new_tokens' is {tokens!r}, not 1 to {MAXIMUM_NEW_TOKENS}")
    return {
        "prompts": [_prompt(number, row) for number, row in enumerate(inputs)],
        "tokens": tokens,
    }


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


def _prompt(number: int, row: Any) -> str:
    texts = [row.get("instruction"), row.get("context", "")] if isinstance(row, dict) else [None]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        raise BadRequest(f"'inputs[{number}]' must have an 'instruction' and may have a 'context'")
    return format_prompt(texts[0], texts[1])
