"""Delivery pipelines as CodePipeline tells of them; nothing here changes one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mlops_commons.utilities.publication import TRAILER

RUNNING: Final = frozenset({"InProgress", "Stopping"})
SUCCEEDED: Final = "Succeeded"
FAILED: Final = "Failed"
SHOWN_COMMIT: Final = 8


@dataclass(frozen=True, kw_only=True)
class Run:
    """An execution of a pipeline (API_PipelineExecutionSummary).

    Attributes:
        commit: what it delivers; empty until its source action has ended.
        summary: the message of that commit.
    """

    run_id: str
    status: str
    commit: str = ""
    summary: str = ""
    started: datetime | None = None

    @property
    def subject(self) -> str:
        """The first line of the commit's message."""
        return next(iter(self.summary.splitlines()), "")

    @property
    def published(self) -> str:
        """The digest of the snapshot that `publish` has committed; empty for another commit.

        Sources other than CodeCommit show the message inside JSON, so a line may end at `\\n`.
        """
        found = re.search(f"{TRAILER}: ([0-9a-f]{{64}})", self.summary)
        return found[1] if found else ""


@dataclass(frozen=True, kw_only=True)
class StageState:
    """The latest execution of a stage of a pipeline (API_StageState).

    Attributes:
        status: empty where no run has reached the stage.
        action: the one that runs, waits or has failed.
        message: why it has failed.
        waits: for a person's approval.
        since: of the last change of that action.
    """

    name: str
    run_id: str = ""
    status: str = ""
    action: str = ""
    message: str = ""
    waits: bool = False
    since: datetime | None = None

    def __str__(self) -> str:
        if self.waits:
            return f"waits for approval of {self.name}"
        return f"{self.name}/{self.action}" if self.action else self.name


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline with its runs, the newest first."""

    name: str
    runs: tuple[Run, ...]
    stages: tuple[StageState, ...]

    @property
    def latest(self) -> Run | None:
        """The newest run."""
        return self.runs[0] if self.runs else None

    def run_of(self, commit: str) -> Run | None:
        """The newest run of a commit."""
        return next((run for run in self.runs if run.commit == commit), None)

    def run(self, run_id: str) -> Run | None:
        """A run by its id."""
        return next((run for run in self.runs if run.run_id == run_id), None)

    def where(self, run: Run) -> StageState | None:
        """Where a run is: the stage that has failed or waits, else the last that it has entered."""
        entered = [stage for stage in self.stages if stage.run_id == run.run_id]
        telling = [stage for stage in entered if stage.action] or entered
        return telling[-1] if telling else None

    def has_delivered(self, run: Run, stage_name: str) -> bool:
        """Whether a run has ended a stage well; false where a later run is there already."""
        return any(
            stage.name.lower() == stage_name.lower()
            and (stage.run_id, stage.status) == (run.run_id, SUCCEEDED)
            for stage in self.stages
        )


def read_pipeline(codepipeline: Any, name: str) -> Pipeline | None:
    """A pipeline as it is now; None where there is none of that name.

    Args:
        codepipeline: a boto3 client in the pipeline's account and region.

    Raises:
        ClientError: it may not be read.
    """
    try:
        state = codepipeline.get_pipeline_state(name=name)
    except codepipeline.exceptions.PipelineNotFoundException:
        return None
    rows = codepipeline.list_pipeline_executions(pipelineName=name, maxResults=100)
    return Pipeline(
        name=name,
        runs=tuple(map(_run, rows["pipelineExecutionSummaries"])),
        stages=tuple(_stage(row) for row in state.get("stageStates", ())),
    )


def delivered_run(codepipeline: Any, pipeline: Pipeline, stage_name: str) -> Run | None:
    """The newest run that has ended a stage well; None where there is none.

    A pipeline that changed itself has another version, and CodePipeline finds runs of the current
    one only (API_SucceededInStageFilter): then it is not known.

    Raises:
        ClientError: it may not be read.
    """
    for stage in pipeline.stages:
        if stage.name == stage_name and stage.status == SUCCEEDED:
            return pipeline.run(stage.run_id)
    if all(stage.name != stage_name for stage in pipeline.stages):
        return None
    found = codepipeline.list_pipeline_executions(
        pipelineName=pipeline.name,
        maxResults=1,
        filter={"succeededInStage": {"stageName": stage_name}},
    )["pipelineExecutionSummaries"]
    return _run(found[0]) if found else None


def _run(row: Mapping[str, Any]) -> Run:
    revision: Mapping[str, str] = next(iter(row.get("sourceRevisions", ())), {})
    return Run(
        run_id=row["pipelineExecutionId"],
        status=row["status"],
        commit=revision.get("revisionId", ""),
        summary=revision.get("revisionSummary", ""),
        started=row.get("startTime"),
    )


def _stage(row: Mapping[str, Any]) -> StageState:
    latest = row.get("latestExecution", {})
    known = StageState(
        name=row["stageName"],
        run_id=latest.get("pipelineExecutionId", ""),
        status=latest.get("status", ""),
    )
    action = _telling(row.get("actionStates", ()))
    if not known.status or known.status == SUCCEEDED or action is None:
        return known
    execution = action["latestExecution"]
    return StageState(
        name=known.name,
        run_id=known.run_id,
        status=known.status,
        action=action["actionName"],
        message=execution.get("errorDetails", {}).get("message", "")
        or execution.get("summary", ""),
        waits=bool(execution.get("token")) and execution["status"] in RUNNING,
        since=execution.get("lastStatusChange"),
    )


def _telling(actions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The action that has failed, else the one that runs."""
    for statuses in (frozenset({FAILED, "Abandoned"}), RUNNING):
        for action in actions:
            if action.get("latestExecution", {}).get("status") in statuses:
                return action
    return None
