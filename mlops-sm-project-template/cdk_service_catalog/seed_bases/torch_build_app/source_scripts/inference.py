"""Serves the model: the image's server calls these functions, and the evaluation does so too.

What this project answers, and what a request looks like, is in `generation.py`.
"""

import importlib
import json
from types import ModuleType
from typing import Any

from answers import BadRequest, ModelFailure, failed

CONTENT_TYPE = "application/json"

Loaded = tuple[ModuleType, Any]


def model_fn(model_dir: str, context: Any = None) -> Loaded | ModelFailure:
    """The model and what asks it.

    The server takes a model that cannot be loaded for one that is there, and tries again at every
    request; so the failure stands for the model, and is the answer to each request.
    """
    try:
        generation = importlib.import_module("generation")
        return generation, generation.load(model_dir)
    except Exception as error:  # whatever it is, it is not the client's
        return failed(error, context)


def input_fn(body: str | bytes, content_type: str, context: Any = None) -> Any:
    """A request, read and not yet checked.

    Raises:
        BadRequest: it is no JSON, or has half a character, which no tokenizer takes.
    """
    if content_type.split(";")[0].strip() != CONTENT_TYPE:
        raise BadRequest(f"content type '{content_type}' is not supported, send {CONTENT_TYPE}")
    try:
        request = json.loads(body)
        json.dumps(request, ensure_ascii=False).encode()
        return request
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the request is no JSON: {error}") from None


def predict_fn(request: Any, loaded: Loaded | ModelFailure, context: Any = None) -> Any:
    """What the model answers, or that it has failed.

    Raises:
        BadRequest: the request is not as `generation.py` says.
    """
    if isinstance(loaded, ModelFailure):
        return loaded
    generation, model = loaded
    try:
        return generation.generated(generation.checked(request), model)
    except BadRequest:
        raise
    except Exception as error:  # whatever it is, it is not the client's
        return failed(error, context)


def output_fn(prediction: Any, accept: str, context: Any = None) -> str:
    """The answer as JSON."""
    if not isinstance(prediction, ModelFailure):
        try:
            return json.dumps(prediction, allow_nan=False)
        except Exception as error:  # an answer that cannot be written
            prediction = failed(error, context)
    return prediction.answer(context)
