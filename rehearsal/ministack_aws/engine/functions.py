"""Lambda: its functions."""

from ministack_aws.engine.names import Value
from ministack_aws.engine.types import Record, Store

functions = Value[Store[str, Record]](
    "ministack.services.lambda_svc", "_functions", "AccountRegionScopedDict"
)
"""By name."""
