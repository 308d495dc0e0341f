"""Requests of this project, answered by vLLM.

vLLM's server knows OpenAI's requests. This stands around it (`--middleware`, which the image takes
from SM_VLLM_MIDDLEWARE) and turns `{"inputs": ...}` into one completion with a prompt for each
input, so that prompts are made as in the training and vLLM batches them with those of others.
OpenAI's own requests, with `messages` or `prompt`, go to vLLM as they are.

It speaks ASGI (asgi.readthedocs.io, "HTTP & WebSocket ASGI Message Format") and needs no package.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import inference
from answers import BadRequest
from asked import checked
from prompts import SECTION, clean_response

PATH, COMPLETIONS = "/invocations", "/v1/completions"
OPENAI = ("messages", "prompt")
"""One of these is in each request that vLLM generates text for."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class ProjectRequests:
    """The server with this project's requests."""

    def __init__(self, app: App) -> None:
        """Stand around an application, which is vLLM's."""
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request of the project, and hand on every other."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", PATH):
            await self.app(scope, receive, send)
            return
        body = await _whole(receive)
        try:
            request = inference.input_fn(body, _header(scope, b"content-type"))
            if isinstance(request, dict) and any(name in request for name in OPENAI):
                await self.app(scope, _again(body, receive), send)
                return
            completion = as_completion(checked(request))
        except BadRequest as error:
            await _answer(send, 400, {"error": str(error)})
            return
        await _answer(send, *await self._completed(scope, receive, completion))

    async def _completed(
        self, scope: Message, receive: Receive, completion: Mapping[str, Any]
    ) -> tuple[int, Mapping[str, Any]]:
        """Status and answer of vLLM, as this project says it."""
        body = json.dumps(completion).encode()
        asked = {**scope, "path": COMPLETIONS, "raw_path": COMPLETIONS.encode()}
        asked["headers"] = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        status, content = 500, b""

        async def keep(message: Message) -> None:
            nonlocal status, content
            status = message.get("status", status)
            content += message.get("body", b"")

        await self.app(asked, _again(body, receive), keep)
        if status != 200:
            return status, {"error": content.decode(errors="replace")}
        choices = sorted(json.loads(content)["choices"], key=lambda choice: choice["index"])
        return 200, {"outputs": [clean_response(choice["text"]) for choice in choices]}


def as_completion(request: Mapping[str, Any]) -> dict[str, Any]:
    """A checked request as OpenAI's, decoded greedily: the same request has the same answer."""
    return {
        "prompt": request["prompts"],
        "max_tokens": request["tokens"],
        "temperature": 0,
        "stop": [SECTION],
    }


def _header(scope: Message, name: bytes) -> str:
    found = next((value for key, value in scope["headers"] if key.lower() == name), b"")
    return str(found.decode("latin-1"))


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the whole body, and then whether the client is still there."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return parts.pop() if parts else await receive()

    return given


async def _answer(send: Send, status: int, content: Mapping[str, Any]) -> None:
    body = json.dumps(content).encode()
    headers = [
        (b"content-type", inference.CONTENT_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
