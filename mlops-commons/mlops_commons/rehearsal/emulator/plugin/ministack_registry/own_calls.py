"""Calls of the emulator's own, for the programs around it that play services.

A `POST` with JSON to a path of `CALLS`. Only who started the emulator knows its token.
"""

import hmac
import json
import os

from ministack_registry import pipeline_executions, pushes, sessions

CALLS = {
    "/_registry/pushes": pushes.pushed,
    "/_registry/runs": pipeline_executions.ended,
    "/_registry/sessions": sessions.asked,
}
"""By path, a function of the request that answers with an HTTP status and a message."""
TOKEN = "MINISTACK_REGISTRY_TOKEN"


def serving(application):
    """The ASGI application with these paths in front of it."""

    async def serve(scope, receive, send):
        if scope["type"] != "http" or scope["path"] not in CALLS:
            return await application(scope, receive, send)
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = _answer(CALLS[scope["path"]], dict(scope["headers"]), body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return serve


def _answer(call, headers, body):
    expected = os.environ.get(TOKEN, "")
    given = headers.get(b"x-registry-token", b"").decode()
    if not expected or not hmac.compare_digest(expected, given):
        return 403, {"message": "the token of this emulator is needed"}
    return call(json.loads(body))
