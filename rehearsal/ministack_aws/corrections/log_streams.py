"""What a call about a log stream asks of IAM: the stream, not its group."""

import functools
import json
from collections.abc import Callable
from typing import Any, Final

from ministack_aws.engine.requests import resource_of_call

OF_STREAMS: Final = ("CreateLogStream", "DeleteLogStream", "GetLogEvents", "PutLogEvents")
"""Service Authorization Reference, CloudWatch Logs: the actions with the resource type
log-stream, `arn:...:log-group:${LogGroupName}:log-stream:${LogStreamName}`."""


def register() -> None:
    """Wrap what says which resource a call is about."""
    resource_of_call.wrap(_with_streams)


def _with_streams(resource_of: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(resource_of)
    def wrapped(service: str, *rest: Any) -> str:
        found: str = resource_of(service, *rest)
        _method, _path, headers, body, *_ = rest
        operation = str(headers.get("x-amz-target", "")).rpartition(".")[2]
        if service != "logs" or operation not in OF_STREAMS:
            return found
        stream = json.loads(body or b"{}").get("logStreamName", "")
        return f"{found}:log-stream:{stream}" if stream else found

    return wrapped
