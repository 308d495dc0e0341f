"""What a rule of EventBridge listens to."""

from typing import Any

EventPattern = dict[str, Any]


def any_of(*patterns: EventPattern) -> EventPattern:
    """A pattern for the events of each of the patterns.

    EventBridge User Guide, "Comparison operators for use in event patterns", "$or": each
    alternative is whole, as a field that is also outside keeps one of its two values.
    """
    return {"$or": [*patterns]}
