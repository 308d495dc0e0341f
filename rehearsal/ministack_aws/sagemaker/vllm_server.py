"""Plays vLLM's server with transformers: OpenAI's requests, `/ping`, `/invocations`, middlewares.

A program of its own, because it runs in the environment with the model's packages, where it stands
as `vllm.entrypoints.openai.api_server`. It must not be kinder than vLLM: a test asks both the same
(`rehearsal/tests/test_serving_of_vllm.py`).

Sources: vLLM's `vllm/entrypoints/serve/sagemaker/api_router.py` for the routes, and its
documentation, "OpenAI-Compatible Server".
"""

import argparse
import asyncio
import importlib
import json
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Answer = tuple[int, dict[str, Any] | None]
JSON = "application/json"


class Refused(Exception):
    """A request that the server does not take: status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Engine:
    """A model, which continues prompts greedily; longer ones than it was told to are refused."""

    def __init__(self, folder: str, longest: int) -> None:
        transformers = importlib.import_module("transformers")
        where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **where)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, use_safetensors=True, **where
        ).eval()
        known = getattr(self.model.config, "max_position_embeddings", longest)
        if longest > known:
            raise SystemExit(f"max_model_len ({longest}) is greater than the model's {known}")
        self.longest = longest
        self.busy = threading.Lock()

    def chat(self, messages: list[dict[str, str]]) -> str:
        """A conversation as a prompt, by the template of the tokenizer."""
        if not self.tokenizer.chat_template:
            raise Refused(400, "you must provide a chat template")
        text: str = self.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )
        return text

    def continued(self, prompt: str, request: dict[str, Any]) -> str:
        """What follows a prompt, up to the first text that ends it."""
        torch = importlib.import_module("torch")
        if request.get("temperature") != 0:
            raise Refused(400, "only greedy answers are played: temperature must be 0")
        ids = self.tokenizer(prompt, return_tensors="pt")["input_ids"]
        wanted = request.get("max_tokens") or 16
        if ids.shape[1] + wanted > self.longest:
            raise Refused(400, f"{ids.shape[1]} + {wanted} tokens are more than {self.longest}")
        with self.busy, torch.inference_mode():
            given = self.model.generate(
                input_ids=ids,
                max_new_tokens=wanted,
                do_sample=False,
                pad_token_id=self.tokenizer.eos_token_id,
            )
        text: str = self.tokenizer.decode(given[0, ids.shape[1] :], skip_special_tokens=True)
        stops = request.get("stop") or []
        for stop in [stops] if isinstance(stops, str) else stops:
            text = text.split(stop)[0]
        return text


class Server:
    """The application of vLLM, as ASGI calls it.

    It takes any name of a model: AWS's part of the server puts that of an adapter in its place.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        status, content = self._answered(scope, (await receive()).get("body", b""))
        body = b"" if content is None else json.dumps(content).encode()
        headers = [(b"content-type", JSON.encode())] if body else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answered(self, scope: Message, body: bytes) -> Answer:
        try:
            return self._routed(scope, body)
        except Refused as error:
            return error.status, {"error": {"message": str(error), "code": error.status}}

    def _routed(self, scope: Message, body: bytes) -> Answer:
        path = scope["path"]
        if path == "/ping":
            return 200, None
        kinds = {
            "/v1/completions": ("prompt",),
            "/v1/chat/completions": ("messages",),
            "/invocations": ("messages", "prompt"),
        }
        if path not in kinds or scope["method"] != "POST":
            raise Refused(404, "Not Found")
        request = _read(scope, body)
        found = [name for name in kinds[path] if request.get(name)]
        if not found:
            raise Refused(400, "Either prompt or prompt_embeds must be provided and non-empty.")
        return 200, self._choices(found[0], request)

    def _choices(self, kind: str, request: dict[str, Any]) -> dict[str, Any]:
        if kind == "messages":
            text = self.engine.continued(self.engine.chat(request["messages"]), request)
            message = {"role": "assistant", "content": text}
            return {"model": self.name, "choices": [{"index": 0, "message": message}]}
        prompts = request["prompt"]
        prompts = [prompts] if isinstance(prompts, str) else prompts
        texts = [self.engine.continued(prompt, request) for prompt in prompts]
        choices = [{"index": number, "text": text} for number, text in enumerate(texts)]
        return {"model": self.name, "choices": choices}


def _read(scope: Message, body: bytes) -> dict[str, Any]:
    kinds = [value.decode() for name, value in scope["headers"] if name.lower() == b"content-type"]
    if not kinds or kinds[0].split(";")[0].strip().lower() != JSON:
        raise Refused(400, "Unsupported Media Type: Only 'application/json' is allowed")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Refused(400, f"JSON decode error: {error}") from None
    if not isinstance(found, dict):
        raise Refused(400, "Cannot find suitable handler for request.")
    return found


def handler(app: App) -> type[BaseHTTPRequestHandler]:
    """The class that hands requests to an application; what it raises is 500, as in Starlette."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            scope: Message = {
                "type": "http",
                "method": self.command,
                "path": self.path,
                "raw_path": self.path.encode(),
                "query_string": b"",
                "headers": [(k.lower().encode(), v.encode()) for k, v in self.headers.items()],
            }
            try:
                status, headers, content = asyncio.run(_called(app, scope, body))
            except Exception as error:  # whatever it is, the server lives on
                status, headers, content = 500, [], f"Internal Server Error: {error}".encode()
            self.send_response(status)
            for name, value in headers:
                if name.lower() != b"content-length":
                    self.send_header(name.decode(), value.decode())
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


async def _called(
    app: App, scope: Message, body: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    start: Message = {}
    content = b""

    async def receive() -> Message:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal content
        start.update({key: message[key] for key in ("status", "headers") if key in message})
        content += message.get("body", b"")

    await app(scope, receive, send)
    return start["status"], start["headers"], content


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The options that are played. Others are refused: vLLM would mean something by them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--served-model-name", default="")
    parser.add_argument("--max-model-len", type=int, required=True)
    parser.add_argument("--middleware", action="append", default=[])
    parser.add_argument("--load-format", choices=["safetensors"], default="safetensors")
    parser.add_argument("--generation-config", choices=["vllm"], required=True)
    for number in ("--max-num-seqs", "--tensor-parallel-size"):
        parser.add_argument(number, type=int)
    parser.add_argument("--gpu-memory-utilization", type=float)
    return parser.parse_args(given)


def main() -> None:
    """Load the model and serve it until the process is ended."""
    given = arguments()
    app: App = Server(Engine(given.model, given.max_model_len), given.served_model_name)
    for name in given.middleware:
        module, _, kind = name.rpartition(".")
        app = getattr(importlib.import_module(module), kind)(app)
    ThreadingHTTPServer((given.host, given.port), handler(app)).serve_forever()


if __name__ == "__main__":
    main()
