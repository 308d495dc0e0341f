"""The paths that are the emulator's own, for the program that has started it.

Only who started the emulator knows its token, which every request carries.
"""

import hmac
import json
import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.access import decisions, deeds, foreign_keys, sessions
from ministack_aws.delivery import (
    builds,
    deliveries,
    fetching,
    git_host,
    jobs,
    pipeline_executions,
    pipeline_states,
    pull_requests,
    pushes,
    triggers,
)
from ministack_aws.engine.application import Asgi, Receive, Scope, Send
from ministack_aws.engine.types import Request
from ministack_aws.network import networks, reach

TOKEN: Final = "MINISTACK_REGISTRY_TOKEN"
ANSWERS: Final[Mapping[str, Callable[[Request], tuple[int, Any]]]] = {
    "/_registry/actions": jobs.remember,
    "/_registry/builds": builds.ended,
    "/_registry/connections": triggers.finished,
    "/_registry/decisions": decisions.answer,
    "/_registry/deeds": deeds.answer,
    "/_registry/deliveries": deliveries.answer,
    "/_registry/fetched": fetching.answer,
    "/_registry/git-host": git_host.answer,
    "/_registry/jobs": jobs.answer,
    "/_registry/keys": foreign_keys.answer,
    "/_registry/networks": networks.answer,
    "/_registry/progress": pipeline_states.progress,
    "/_registry/pushes": pull_requests.pushed,
    "/_registry/pushes/asked": pushes.asked,
    "/_registry/reach": reach.answer,
    "/_registry/refused": deeds.refused,
    "/_registry/runs": pipeline_executions.ended,
    "/_registry/sessions": sessions.answer,
}
"""By path a function of the request's content; it answers with an HTTP status and content."""


def serving(application: Asgi) -> Asgi:
    """The ASGI application with these paths in front of it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(git_host.PREFIX):
            return await git_host.serve(scope, await _body(receive), send)
        answer = ANSWERS.get(scope["path"]) if scope["type"] == "http" else None
        if answer is None:
            return await application(scope, receive, send)
        body = await _body(receive)
        if _is_known(dict(scope["headers"])):
            status, content = answer(json.loads(body or b"{}"))
        else:
            status, content = 403, {"message": "the token of this emulator is needed"}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(content).encode()})

    return serve


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _is_known(headers: Mapping[bytes, bytes]) -> bool:
    expected = os.environ.get(TOKEN, "")
    given = headers.get(b"x-registry-token", b"").decode()
    return bool(expected) and hmac.compare_digest(expected, given)
