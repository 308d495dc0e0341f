"""What answers in the evaluation: the server of the declaration, as it serves."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import vllm_server
from declaration import Declaration
from vllm_server import Ask

Server = Callable[[Path, Path, Declaration], AbstractContextManager[Ask]]
"""Of the folder with the serving code, the model's folder, and what is declared."""


@contextmanager
def handlers(code: Path, model: Path, found: Declaration) -> Iterator[Ask]:
    """The handlers that the Hugging Face image's server calls, in this process."""
    sys.path.insert(0, str(code))
    inference = importlib.import_module("inference")
    loaded = inference.model_fn(str(model))

    def ask(body: str) -> str:
        request = inference.input_fn(body, inference.CONTENT_TYPE)
        answer = inference.predict_fn(request, loaded)
        return str(inference.output_fn(answer, inference.CONTENT_TYPE))

    yield ask


SERVERS: Mapping[str, Server] = {"vllm": vllm_server.serving, "transformers": handlers}
