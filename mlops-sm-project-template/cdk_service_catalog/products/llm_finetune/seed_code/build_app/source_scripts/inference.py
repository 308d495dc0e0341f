"""Serves the model: SageMaker calls these functions, and the evaluation step does so too.

Request: `{"inputs": [{"instruction": ..., "context": ...}], "parameters": {"max_new_tokens": 128}}`,
where `context` and `parameters` may be missing. Response: `{"outputs": ["..."]}`, one for each input.
"""

import json
from typing import Any

import torch
from answers import ModelFailure, model_failure
from prompts import clean_response, format_prompt
from transformers import AutoModelForCausalLM, AutoTokenizer

CONTENT_TYPE = "application/json"
MAXIMUM_INPUTS = 32
DEFAULT_NEW_TOKENS = 256
MAXIMUM_NEW_TOKENS = 1024

Loaded = tuple[Any, Any]


def model_fn(model_dir: str, context: Any = None) -> Loaded:
    """Model and tokenizer, on the GPU where there is one; nothing is downloaded."""
    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    # A decoder continues its last token, so what fills up a batch stands on the left.
    tokenizer = AutoTokenizer.from_pretrained(model_dir, padding_side="left", **offline)
    model = AutoModelForCausalLM.from_pretrained(
        model_dir, use_safetensors=True, dtype="auto", **offline
    )
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval(), tokenizer


def input_fn(body: str | bytes, content_type: str, context: Any = None) -> dict[str, Any]:
    """A request as prompts and the number of tokens to generate.

    Raises:
        ValueError: the request is not as the docstring of this module says.
    """
    if content_type.split(";")[0].strip() != CONTENT_TYPE:
        raise ValueError(f"content type '{content_type}' is not supported, send {CONTENT_TYPE}")
    request = json.loads(body)
    inputs = request.get("inputs") if isinstance(request, dict) else None
    if not isinstance(inputs, list) or not 1 <= len(inputs) <= MAXIMUM_INPUTS:
        raise ValueError(f"'inputs' must be a list of 1 to {MAXIMUM_INPUTS} objects")
    tokens = request.get("parameters", {}).get("max_new_tokens", DEFAULT_NEW_TOKENS)
    if not isinstance(tokens, int) or not 1 <= tokens <= MAXIMUM_NEW_TOKENS:
        raise ValueError(f"'max_new_tokens' is {tokens!r}, not 1 to {MAXIMUM_NEW_TOKENS}")
    return {
        "prompts": [_prompt(number, row) for number, row in enumerate(inputs)],
        "tokens": tokens,
    }


def predict_fn(
    request: dict[str, Any], loaded: Loaded, context: Any = None
) -> list[str] | ModelFailure:
    """One response for each prompt, or that the model has failed."""
    try:
        return responses(request, loaded)
    except Exception as error:  # whatever it is, it is not the client's
        return model_failure(error, context)


def responses(request: dict[str, Any], loaded: Loaded) -> list[str]:
    """One response for each prompt, by greedy decoding: the same request has the same answer."""
    model, tokenizer = loaded
    batch = tokenizer(request["prompts"], return_tensors="pt", padding=True)
    with torch.inference_mode():
        generated = model.generate(
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
    answers = generated[:, batch["input_ids"].shape[1] :]
    texts = tokenizer.batch_decode(answers, skip_special_tokens=True)
    return [clean_response(text) for text in texts]


def output_fn(prediction: list[str] | ModelFailure, accept: str, context: Any = None) -> str:
    """The responses as JSON."""
    if isinstance(prediction, ModelFailure):
        return prediction.text()
    return json.dumps({"outputs": prediction}, ensure_ascii=False)


def _prompt(number: int, row: Any) -> str:
    texts = [row.get("instruction"), row.get("context", "")] if isinstance(row, dict) else [None]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        raise ValueError(f"'inputs[{number}]' must have an 'instruction' and may have a 'context'")
    return format_prompt(texts[0], texts[1])
