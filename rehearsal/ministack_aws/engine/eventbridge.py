"""EventBridge: events, and the targets of rules."""

from ministack_aws.engine.names import Function
from ministack_aws.engine.types import Record, Request

EVENTBRIDGE = "ministack.services.eventbridge"

put_events = Function[[Request, bool], object](
    EVENTBRIDGE, "_put_events", "(data, allow_aws_source=)"
)
invoke_target = Function[[Record, Record, Record, Record | None], object](
    EVENTBRIDGE, "_invoke_target", "(target, event, rule, view=)"
)
view_of = Function[[Record], Record](EVENTBRIDGE, "_pattern_event_view", "(event)")
"""An event as patterns and transformers see it."""
transformed = Function[[Record, Record, Record], str](
    EVENTBRIDGE, "_apply_input_transformer", "(transformer, rule, view)"
)
