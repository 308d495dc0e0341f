"""CodeBuild: its projects."""

from ministack_aws.engine.names import Value
from ministack_aws.engine.types import Record, Store

projects = Value[Store[str, Record]](
    "ministack.services.codebuild", "_projects", "AccountRegionScopedDict"
)
"""By name."""
