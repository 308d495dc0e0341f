"""`/ping` and `/invocations` around the serving code that travels with the model."""

import importlib.util
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import waitress

Start = Callable[[str, list[tuple[str, str]]], Any]
MAXIMUM_BODY = 6 * 1024 * 1024
"""The most that SageMaker sends in one request (InvokeEndpoint)."""


def main(model_dir: Path, port: int) -> int:
    """Load the model and answer until SageMaker says stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    application = Application(model_dir)
    print(f"serving {model_dir} on port {port}", flush=True)
    waitress.serve(application, host="0.0.0.0", port=port, threads=4, ident=None)
    return 0


class Application:
    """A WSGI application; the model is loaded once, when it is made."""

    def __init__(self, model_dir: Path) -> None:
        self._serving = _serving_code(model_dir)
        self._model = self._serving.model_fn(str(model_dir))

    def __call__(self, request: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        route = (request["REQUEST_METHOD"], request["PATH_INFO"])
        if route == ("GET", "/ping"):
            return _answer(start, "200 OK", "")
        if route == ("POST", "/invocations"):
            return self._invoke(request, start)
        return _answer(start, "404 Not Found", f"there is no {route[0]} {route[1]}\n")

    def _invoke(self, request: dict[str, Any], start: Start) -> Iterable[bytes]:
        length = int(request.get("CONTENT_LENGTH") or 0)
        if length > MAXIMUM_BODY:
            return _answer(start, "413 Content Too Large", f"more than {MAXIMUM_BODY} bytes\n")
        content_type = request.get("CONTENT_TYPE") or "text/csv"
        accept = request.get("HTTP_ACCEPT") or "text/csv"
        try:
            rows = self._serving.rows(request["wsgi.input"].read(length), content_type)
        except ValueError as error:
            return _answer(start, "400 Bad Request", f"{error}\n")
        predictions = self._serving.predict_fn(rows, self._model)
        kind = "application/json" if accept.startswith("application/json") else "text/csv"
        return _answer(start, "200 OK", self._serving.written(predictions, kind), kind)


def _answer(start: Start, status: str, text: str, kind: str = "text/plain") -> Iterable[bytes]:
    body = text.encode()
    start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _serving_code(model_dir: Path) -> Any:
    code = model_dir / "code"
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location("served_inference", code / "inference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
