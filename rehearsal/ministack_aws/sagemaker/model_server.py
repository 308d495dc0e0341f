"""A model's container as a process: the inference toolkit's handlers behind /ping and /invocations.

A program of its own, because it runs in the environment with the model's packages:
`python model_server.py MODEL_FOLDER PORT`. `inference.py` in the model's `code` folder gives
`model_fn`, `input_fn`, `predict_fn` and `output_fn` (SageMaker inference toolkit).
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any


def handler(module: Any, model: Any) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests for one loaded model."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200 if self.path == "/ping" else 404, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            accept = self.headers.get("Accept") or "application/json"
            try:
                data = module.input_fn(body, self.headers.get("Content-Type", "text/csv"))
                result = module.output_fn(module.predict_fn(data, model), accept)
            except Exception as error:  # what a handler raises becomes the container's answer
                self._answer(500, f"{type(error).__name__}: {error}".encode(), "text/plain")
                return
            self._answer(200, result.encode() if isinstance(result, str) else result, accept)

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
