"""The runs that an event or a person has started in CodePipeline, played and reported back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_rehearsal.player.run import PlayedAction, play_pipeline
from mlops_rehearsal.world.places import places
from mlops_rehearsal.world.world import World

RUNNING: Final = "InProgress"


@dataclass(frozen=True, kw_only=True)
class StartedRun:
    """A run that waits for its player.

    Attributes:
        started_by: as CodePipeline tells it, such as the rule of EventBridge.
    """

    pipeline: str
    account: str
    region: str
    run_id: str
    started_by: str
    variables: Mapping[str, str]


def started_runs(world: World, pipeline: str, account: str, region: str) -> list[StartedRun]:
    """The runs of a pipeline that nobody has played yet, in the order in which they started."""
    reader = world.administrator("codepipeline", account, region)
    return _waiting(reader, pipeline, account, region)


def start_run(world: World, pipeline: str, account: str, region: str) -> StartedRun:
    """Start a run of a pipeline by hand."""
    starter = world.administrator("codepipeline", account, region)
    run_id = starter.start_pipeline_execution(name=pipeline)["pipelineExecutionId"]
    return _run(starter, pipeline, account, region, run_id)


def readers_of(world: World, service: str = "codepipeline") -> dict[tuple[str, str], Any]:
    """A client of a service for each account and region, made once: making one takes a while."""
    found = sorted({(place.account, place.region) for place in places(world.config)})
    return {place: world.administrator(service, *place) for place in found}


def all_started_runs(readers: Mapping[tuple[str, str], Any]) -> Iterator[StartedRun]:
    """The runs of every pipeline of every account that nobody has played yet."""
    for (account, region), reader in readers.items():
        for pipeline in reader.list_pipelines()["pipelines"]:
            yield from _waiting(reader, pipeline["name"], account, region)


def _waiting(reader: Any, pipeline: str, account: str, region: str) -> list[StartedRun]:
    found = reader.list_pipeline_executions(pipelineName=pipeline)["pipelineExecutionSummaries"]
    waiting = [row["pipelineExecutionId"] for row in found if row["status"] == RUNNING]
    return [_run(reader, pipeline, account, region, run_id) for run_id in reversed(waiting)]


def play_run(world: World, run: StartedRun) -> tuple[str, list[PlayedAction]]:
    """Play a run, and tell CodePipeline how it has ended.

    Returns:
        the commit that it ran with, the branch's newest, and its actions.

    Raises:
        PlatformError: an action has failed or was rejected.
    """
    status = "Failed"
    try:
        played = play_pipeline(
            world, run.pipeline, run.account, run.region, run.variables, run.run_id
        )
        status = "Succeeded"
    finally:
        world.emulator.end_run(run.account, run.region, run.pipeline, run.run_id, status)
    return played


def _run(reader: Any, pipeline: str, account: str, region: str, run_id: str) -> StartedRun:
    found = reader.get_pipeline_execution(pipelineName=pipeline, pipelineExecutionId=run_id)
    execution = found["pipelineExecution"]
    return StartedRun(
        pipeline=pipeline,
        account=account,
        region=region,
        run_id=run_id,
        started_by=execution["trigger"]["triggerDetail"],
        variables={row["name"]: row["resolvedValue"] for row in execution.get("variables", ())},
    )
