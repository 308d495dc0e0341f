"""A model's container as a process: the inference toolkit's handlers behind /ping and /invocations.

A program of its own, because it runs in the environment with the model's packages:
`python model_server.py MODEL_FOLDER PORT`. `inference.py` in the model's `code` folder gives
`model_fn`, `input_fn`, `predict_fn` and `output_fn` (SageMaker inference toolkit).
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from inspect import signature
from pathlib import Path
from typing import Any


class Context:
    """What the Hugging Face toolkit hands to a handler: the status of its answer."""

    def __init__(self) -> None:
        self.status = 200

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:
        """Answer with this status, whatever is returned."""
        self.status = code


Answer = tuple[int, bytes, str]
"""Status, body and content type."""


class Served:
    """A model behind its handlers, as the toolkit of its image runs them.

    A `model_fn` that takes a context beside the folder is one for the Hugging Face toolkit: what
    the handlers raise is 400, what they return has the type that was asked for, and a model that
    cannot be loaded is tried again at every request (HuggingFaceHandlerService.handle). Others are
    for sagemaker-containers: what they raise is 500, and a text without its type is labelled as
    HTML.
    """

    def __init__(self, module: Any, folder: str) -> None:
        self.module, self.folder = module, folder
        self.takes_context = len(signature(module.model_fn).parameters) > 1
        self.model: Any = None
        self.loaded = False
        try:
            self._load()
        except Exception as error:
            if not self.takes_context:
                raise
            sys.stderr.write(f"the model cannot be loaded: {error}\n")

    def answer(self, body: bytes, kind: str, accept: str) -> Answer:
        """The answer to a request."""
        context = Context()
        more = (context,) if self.takes_context else ()
        try:
            if not self.loaded:
                self._load()
            data = self.module.input_fn(body, kind, *more)
            prediction = self.module.predict_fn(data, self.model, *more)
            result = self.module.output_fn(prediction, accept, *more)
        except Exception as error:  # what a handler raises becomes the container's answer
            if self.takes_context:
                return _refused(400, str(error))
            return 500, f"{type(error).__name__}: {error}".encode(), "text/plain"
        if self.takes_context:
            return context.status, result.encode(), accept
        if isinstance(result, tuple):
            return 200, result[0].encode(), result[1]
        if hasattr(result, "get_data"):
            return result.status_code, result.get_data(), result.mimetype
        return 200, result.encode(), "text/html; charset=utf-8"

    def _load(self) -> None:
        more = (Context(),) if self.takes_context else ()
        self.model = self.module.model_fn(self.folder, *more)
        self.loaded = True


def _refused(status: int, message: str) -> Answer:
    """As the frontend of multi-model-server writes it (NettyUtils.sendError, ErrorResponse)."""
    content = {"code": status, "type": "InternalServerException", "message": message}
    return status, json.dumps(content, indent=2).encode(), "application/json"


def handler(served: Served) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests for one loaded model."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind = self.headers.get("Content-Type", "text/csv")
            accept = self.headers.get("Accept") or "application/json"
            self._answer(*served.answer(body, kind, accept))

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def main(folder: str, port: str) -> None:
    """Load the model and serve it until the process is ended."""
    code = Path(folder) / "code"
    sys.path.insert(0, str(code))
    import inference

    HTTPServer(("127.0.0.1", int(port)), handler(Served(inference, folder))).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
