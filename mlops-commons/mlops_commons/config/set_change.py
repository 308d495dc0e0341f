"""One change of a published set that a pipeline does not carry out alone."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from mlops_commons.stage import Deployment, Stage
from mlops_commons.utilities import names
from mlops_commons.utilities.paths import APP_DIRECTORIES


@dataclass(frozen=True, kw_only=True)
class SetChange:
    """A change that a pipeline does not carry out alone.

    Attributes:
        stage_name: the stage of the configuration that it is about; empty for a whole set.
        message: what happens.
        remedy: what to do, and when.
        refused: the pipeline would fail, or leave two of what there may be one of.
        studio_key: the key of Studio that has changed; empty where it is none.
    """

    stage_name: str = ""
    message: str
    remedy: str
    refused: bool = False
    studio_key: str = ""


def stages_by_name(deployment: Deployment) -> Mapping[str, Stage]:
    """The delivered stages by their names in lower case."""
    return {stage.stage_name.lower(): stage for stage in deployment.enabled_stages}


def stack_of(stage: Stage, app: str = "infra") -> str:
    """The stack of an app in the stage's account."""
    return names.core_stack(stage.stage_name, APP_DIRECTORIES[app], stage.parameter_namespace)


def deletion(stack: str, region: str, aws_profile: str) -> str:
    """The command that deletes a stack which no pipeline deletes."""
    return (
        f"aws cloudformation delete-stack --stack-name {stack} --region {region} "
        f"--profile {shlex.quote(aws_profile)}"
    )
