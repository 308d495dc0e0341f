"""The builds that say how a training has ended: each is started by the event of its end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.own_build import (
    PlayedBuild,
    play_own_build,
    running_builds,
    variable,
)
from mlops_rehearsal.world.denials import denials
from mlops_rehearsal.world.world import World

EXECUTION: Final = "EXECUTION_ARN"
"""The variable that the rule gives to the build."""
NAME: Final = "-report"
"""How the name of the build ends."""
SECONDS: Final = 60
"""Within which the end of a training has started its report."""
EXECUTING: Final = "Executing"


@dataclass(frozen=True)
class StartedReport:
    """A build that waits for its player."""

    account: str
    region: str
    build: Mapping[str, Any]

    @property
    def execution(self) -> str:
        """The ARN of what has ended."""
        return variable(self.build, EXECUTION)


def started_reports(codebuild: Any, account: str, region: str) -> list[StartedReport]:
    """The reports that nobody has played yet."""
    return [
        StartedReport(account, region, build)
        for build in running_builds(codebuild)
        if build["projectName"].endswith(NAME)
    ]


def play_report(world: World, started: StartedReport) -> PlayedBuild:
    """Run it, and tell CodeBuild how it has ended."""
    number = started.execution.rpartition("/")[2] or "without-execution"
    place = (started.account, started.region)
    played = play_own_build(world, *place, started.build, title=("Report", number))
    world.emulator.end_build(*place, started.build["id"], played.status, played.phase)
    return played


def reported(world: World, pipeline: str, account: str, region: str) -> str:
    """Wait for the end of the newest execution of a pipeline, and play its report.

    Returns:
        the execution.

    Raises:
        PlatformError: its end has started no report, or the training has failed.
    """
    sagemaker = world.administrator("sagemaker", account, region)
    found = sagemaker.list_pipeline_executions(PipelineName=pipeline)
    execution = str(found["PipelineExecutionSummaries"][0]["PipelineExecutionArn"])
    while _status(sagemaker, execution) == EXECUTING:
        time.sleep(0.5)
    started = _of(world, execution, account, region)
    played = play_report(world, started)
    if played.message:
        raise PlatformError(f"{execution}: {played.message}", hint="the log of the report says why")
    return execution


def _status(sagemaker: Any, execution: str) -> str:
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    return str(described["PipelineExecutionStatus"])


def _of(world: World, execution: str, account: str, region: str) -> StartedReport:
    codebuild = world.administrator("codebuild", account, region)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for started in started_reports(codebuild, account, region):
            if started.execution == execution:
                return started
        time.sleep(0.2)
    denied = denials(world, account, "codebuild:StartBuild")
    raise PlatformError(
        f"nothing has started the report of {execution}{denied}",
        hint="see the rules of cdk_service_catalog/project/triggers.py and the role of each",
    )
