"""CodeBuild: its projects and builds."""

from ministack_aws.engine.names import Function, Value
from ministack_aws.engine.types import Record, Request, Response, Store

CODEBUILD, STORE = "ministack.services.codebuild", "AccountRegionScopedDict"

projects = Value[Store[str, Record]](CODEBUILD, "_projects", STORE)
"""By name."""
builds = Value[Store[str, Record]](CODEBUILD, "_builds", STORE)
"""By id."""
start_build = Function[[Request], Response](CODEBUILD, "_start_build", "(data)")
