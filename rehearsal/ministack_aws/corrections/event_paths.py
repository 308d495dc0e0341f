"""Variables of an input transformer that are taken out of a list, as `$.resources[0]` is."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack_aws.engine import eventbridge
from ministack_aws.engine.types import Record

INDEX: Final = re.compile(r"\[(\d+)\]")
"""EventBridge User Guide, "Amazon EventBridge input transformation": the supported syntax has array
indices. MiniStack reads `resources[0]` as one name, and fills in an empty text."""

Transform = Callable[[Record, Record, Any], str]


def register() -> None:
    """Wrap what makes the input of a target."""
    eventbridge.transformed.wrap(_with_indices)


def _with_indices(transform: Transform) -> Transform:
    @functools.wraps(transform)
    def transformed(transformer: Record, rule: Record, view: Any) -> str:
        event = view.event_with_detail()
        paths: Mapping[str, str] = transformer.get("InputPathsMap", {})
        values = {
            name: value
            for name, path in paths.items()
            if INDEX.search(path) and (value := _value(event, path)) is not None
        }
        template = eventbridge.rendered(transformer["InputTemplate"], values)
        return transform({**transformer, "InputTemplate": template}, rule, view)

    return transformed


def _value(event: Any, path: str) -> Any:
    """What a path leads to; None where the event has nothing there."""
    for part in INDEX.sub(r".\1", path.removeprefix("$.")).split("."):
        try:
            event = event[int(part)] if isinstance(event, list) else event[part]
        except (IndexError, KeyError, TypeError, ValueError):
            return None
    return event
