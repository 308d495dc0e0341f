"""What a request looks like, whichever server answers it.

Request: `{"inputs": [{"instruction": ..., "context": ...}], "parameters": {"max_new_tokens": 128}}`,
where `context` and `parameters` may be missing. Response: `{"outputs": ["..."]}`, one for each input.
"""

from typing import Any

from answers import BadRequest
from prompts import format_prompt

MAXIMUM_INPUTS = 32
DEFAULT_NEW_TOKENS = 256
MAXIMUM_NEW_TOKENS = 1024


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


def _prompt(number: int, row: Any) -> str:
    texts = [row.get("instruction"), row.get("context", "")] if isinstance(row, dict) else [None]
    if not all(isinstance(text, str) for text in texts) or not texts[0]:
        raise BadRequest(f"'inputs[{number}]' must have an 'instruction' and may have a 'context'")
    return format_prompt(texts[0], texts[1])
