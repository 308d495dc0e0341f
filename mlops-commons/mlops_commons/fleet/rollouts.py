"""The order of a rollout, and what has become of the delivery of one set."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mlops_commons.fleet.pipelines import RUNNING, SUCCEEDED, Pipeline, Run
from mlops_commons.utilities.errors import PlatformError

PATIENCE: Final = 600
"""Seconds without a run: a push that has started none by then has been lost."""
RESTARTS: Final = frozenset({"Cancelled", "Superseded"})
"""How a run ends whose pipeline has changed itself, before its next one begins: "The pipeline's
definition was updated before the pipeline execution could be completed" (API_PipelineExecution)."""


class State(StrEnum):
    """What has become of a delivery."""

    RUNNING = "running"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The delivery of one commit to one set.

    Attributes:
        pipeline: its name.
        until: the stage whose end is enough; empty for the end of the pipeline.
        ignored: runs that had ended before the rollout came to this set.
    """

    set_name: str
    pipeline: str
    commit: str
    until: str = ""
    ignored: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How a delivery stands, and where it is or why it has failed."""

    state: State
    text: str


def waves_of(
    names: Sequence[str], sizes: Sequence[int], first: Sequence[str] = ()
) -> tuple[tuple[str, ...], ...]:
    """Sets in the order of a rollout.

    Args:
        names: in the order of the configuration.
        sizes: how many sets each wave has; the last size holds for all that follow.
        first: sets that come before the others, in this order.

    Raises:
        PlatformError: one of `first` is not among the names.
    """
    known = {name.lower(): name for name in names}
    unknown = [name for name in first if name.lower() not in known]
    if unknown:
        raise PlatformError(
            f"there is no enabled account set '{unknown[0]}' to go first; "
            f"there are: {', '.join(names)}",
            hint="see what is configured with: ./mlops-multi-account.sh config validate",
        )
    left = list(dict.fromkeys([*(known[name.lower()] for name in first), *names]))
    sizes, found = list(sizes), []
    while left:
        size = sizes.pop(0) if len(sizes) > 1 else sizes[0]
        found.append(tuple(left[:size]))
        left = left[size:]
    return tuple(found)


def verdict(pipeline: Pipeline | None, watched: Watched, quiet: float) -> Verdict:
    """How the delivery of a set stands.

    Args:
        pipeline: None where there is none.
        quiet: seconds for which nothing has changed.
    """
    if pipeline is None:
        return _failed(f"there is no pipeline {watched.pipeline}")
    new = [run for run in pipeline.runs if run.run_id not in watched.ignored]
    ours = next((run for run in new if run.commit == watched.commit), None)
    starting = any(not run.commit and run.status in RUNNING for run in new)
    if ours is None or (ours.status in RESTARTS and starting):
        if starting or quiet < PATIENCE:
            return Verdict(state=State.RUNNING, text="waits for a run to begin")
        return _failed(f"no run of {watched.pipeline} has begun: the push was lost")
    return _of_run(pipeline, ours, watched, quiet)


def _of_run(pipeline: Pipeline, run: Run, watched: Watched, quiet: float) -> Verdict:
    where = pipeline.where(run)
    if watched.until and pipeline.has_delivered(run, watched.until):
        return Verdict(state=State.DELIVERED, text=f"delivered to {watched.until}")
    if run.status == SUCCEEDED:
        return Verdict(state=State.DELIVERED, text="delivered")
    if run.status in RUNNING:
        return Verdict(state=State.RUNNING, text=str(where) if where else "begins")
    if run.status == "Cancelled" and quiet < PATIENCE:
        return Verdict(state=State.RUNNING, text="has changed itself and begins again")
    newer = pipeline.latest
    if run.status == "Superseded" and newer and newer.run_id != run.run_id:
        return _failed(f"another commit has taken its place: {newer.commit or newer.run_id}")
    why = f": {where.message}" if where and where.message else ""
    at = f" at {where}" if where else ""
    return _failed(f"{pipeline.name} has {run.status.lower()}{at}{why}")


def _failed(text: str) -> Verdict:
    return Verdict(state=State.FAILED, text=text)
