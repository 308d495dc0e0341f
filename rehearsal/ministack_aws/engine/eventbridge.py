"""EventBridge: events, and the targets of rules."""

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Request, Store

EVENTBRIDGE = "ministack.services.eventbridge"

rules = Value[Store[str, Record]](EVENTBRIDGE, "_rules", "AccountRegionScopedDict")
targets = Value[Store[str, list[Record]]](EVENTBRIDGE, "_targets", "AccountRegionScopedDict")
"""By the key of a rule."""
rule_key = Function[[str, str], str](EVENTBRIDGE, "_rule_key", "(rule_name, bus_name)")

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
rendered = Function[[str, Record], str](
    EVENTBRIDGE, "_render_input_template", "(template, replacements)"
)
"""A template with its variables filled in; what has no value stays as it is."""
