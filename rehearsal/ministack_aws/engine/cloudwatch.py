"""CloudWatch: metrics, and the alarms that watch them."""

from collections.abc import Mapping, Sequence
from typing import Any

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Store

CLOUDWATCH, STORE = "ministack.services.cloudwatch", "AccountRegionScopedDict"

alarms = Value[Store[str, Record]](CLOUDWATCH, "_alarms", STORE)
metrics = Value[Store[tuple[str, str, str], list[Record]]](CLOUDWATCH, "_metrics", STORE)
"""Data points by namespace, name and key of the dimensions."""

record_metric = Function[[str, str, float, str, Mapping[str, str]], None](
    CLOUDWATCH, "record_metric", "(namespace, metric_name, value, unit=, dimensions=)"
)
dimensions_of_list = Function[[Sequence[Mapping[str, str]]], dict[str, str]](
    CLOUDWATCH, "_dims_from_list", "(dimensions)"
)
dimensions_key = Function[[Mapping[str, str]], str](CLOUDWATCH, "_dims_key", "(dims)")
statistics_of = Function[[Sequence[Record]], Record | None](CLOUDWATCH, "_calc_stats", "(points)")
statistic = Function[[Record, str, Sequence[Record]], Any](
    CLOUDWATCH, "_stat_value", "(stats, stat_name, points=)"
)
evaluate_alarm = Function[[Record], Any](CLOUDWATCH, "_evaluate_alarm", "(alarm)")
record_history = Function[[str, str, str, str], None](
    CLOUDWATCH,
    "_record_history",
    "(alarm_name, old_state, new_state, reason, alarm_type=, reason_data=)",
)
dispatch_actions = Function[[Record, str, str, str], None](
    CLOUDWATCH, "_dispatch_alarm_actions", "(alarm, old_state, new_state, reason)"
)
