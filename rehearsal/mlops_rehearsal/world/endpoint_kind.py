"""The stage files of deploy repositories with another kind of endpoint, for a rehearsal of it."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from mlops_commons.contract import StageRole

FOLDER: Final = PurePosixPath(
    "mlops-sm-project-template/cdk_service_catalog/seed_bases/endpoint_deploy_app/config"
)
ASYNCHRONOUS: Final = """\
kind: asynchronous
auto_scaling:
  minimum_instances: 0
rollout:
  canary: false
"""
COMPONENTS: Final = """\
kind: components
component:
  memory_megabytes: 1024
auto_scaling:
  minimum_instances: 0
rollout:
  canary: false
"""
SERVERLESS: Final = """\
kind: serverless
serverless:
  memory_megabytes: 2048
  maximum_concurrency: 5
"""


class EndpointKind(StrEnum):
    """What the projects of a rehearsal deploy."""

    REALTIME = "realtime"
    ASYNCHRONOUS = "asynchronous"
    COMPONENTS = "components"
    SERVERLESS = "serverless"


CONTENT: Final = {
    EndpointKind.ASYNCHRONOUS: ASYNCHRONOUS,
    EndpointKind.COMPONENTS: COMPONENTS,
    EndpointKind.SERVERLESS: SERVERLESS,
}


def stage_files(kind: EndpointKind) -> Mapping[PurePosixPath, str]:
    """What stands in place of the stages' own files, by place in a checkout."""
    if kind not in CONTENT:
        return {}
    return {FOLDER / f"{role}.yml": CONTENT[kind] for role in StageRole}
