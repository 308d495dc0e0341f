"""A model's container as a process: the inference toolkit's handlers behind /ping and /invocations.

A program of its own, because it runs in the environment with the model's packages:
`python model_server.py MODEL_FOLDER PORT`. `inference.py` in the model's `code` folder gives
`model_fn`, `input_fn`, `predict_fn` and `output_fn` (SageMaker inference toolkit).
"""

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


def answered(
    module: Any, model: Any, body: bytes, kind: str, accept: str
) -> tuple[int, bytes, str]:
    """Status, body and content type, as the toolkit of the image gives them.

    Handlers that take a context are those of the Hugging Face toolkit: what they raise is 400, what
    they return has the type that was asked for. The others are those of sagemaker-containers: what
    they raise is 500, and a text without its type is labelled as HTML.
    """
    context = Context() if "context" in signature(module.predict_fn).parameters else None
    more = (context,) if context else ()
    try:
        data = module.input_fn(body, kind, *more)
        result = module.output_fn(module.predict_fn(data, model, *more), accept, *more)
    except Exception as error:  # what a handler raises becomes the container's answer
        text = f"{type(error).__name__}: {error}".encode()
        return 400 if context else 500, text, "text/plain"
    if context:
        return context.status, result.encode(), accept
    if isinstance(result, tuple):
        return 200, result[0].encode(), result[1]
    if hasattr(result, "get_data"):
        return result.status_code, result.get_data(), result.mimetype
    return 200, result.encode(), "text/html; charset=utf-8"


def handler(module: Any, model: Any) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests for one loaded model."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind = self.headers.get("Content-Type", "text/csv")
            accept = self.headers.get("Accept") or "application/json"
            self._answer(*answered(module, model, body, kind, accept))

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

    model = inference.model_fn(str(folder))
    HTTPServer(("127.0.0.1", int(port)), handler(inference, model)).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
