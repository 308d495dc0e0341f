"""CloudWatch Logs: its groups, and the calls that make them and give them a key."""

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Request, Response, Store

LOGS = "ministack.services.cloudwatch_logs"

groups = Value[Store[str, Record]](LOGS, "_log_groups", "AccountRegionScopedDict")
"""By name."""
create_group = Function[[Request], Response](LOGS, "_create_log_group", "(data)")
