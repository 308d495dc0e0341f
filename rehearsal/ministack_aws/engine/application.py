"""The server: its services, its ASGI application, and how it is started."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Serve

APPLICATION = "ministack.app"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

serve = Function[[Scope, Receive, Send], Awaitable[None]](
    APPLICATION, "app", "(scope, receive, send)"
)
main = Function[[], None](APPLICATION, "main", "()")
port_is_bindable = Function[[str, int], bool](APPLICATION, "_port_is_bindable", "(host, port)")
policies_are_enforced = Value[bool](APPLICATION, "AUTH", "bool")
services = Value[dict[str, Serve]](APPLICATION, "SERVICE_HANDLERS", "dict")
"""By the name with which calls are signed."""
