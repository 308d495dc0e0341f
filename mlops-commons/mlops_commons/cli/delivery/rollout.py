"""`publish --rollout`: one wave of account sets after the other, each waited for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from mlops_commons.cli.accounts.obstacles import check_accounts
from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.fleet.governance import pipeline_name
from mlops_commons.fleet.pipelines import RUNNING, Pipeline, read_pipeline
from mlops_commons.fleet.rollouts import State, Verdict, Watched, verdict, waves_of
from mlops_commons.utilities.console import console
from mlops_commons.utilities.errors import PlatformError

if TYPE_CHECKING:
    from mlops_commons.cli.delivery.destinations import Arrival
    from mlops_commons.cli.delivery.publishing import Publisher

HEARTBEAT = 300
"""Seconds after which a delivery that stands where it stood is told of again."""
SAME_COMMAND = "then the same command again: it goes on from there"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The sets of a rollout, how many go together, and which go first."""

    sets: Sequence[str]
    sizes: Sequence[int]
    first: Sequence[str] = ()


def sizes_of(text: str) -> tuple[int, ...]:
    """The sizes of waves, as `--waves` has them.

    Raises:
        BadParameter: it is no list of numbers from 1 on.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and part.isascii() and int(part) for part in parts):
        raise typer.BadParameter(
            f"'{text}': numbers from 1 on with commas between them, such as 1,3,10",
            param_hint="--waves",
        )
    return tuple(map(int, parts))


def roll_out(publisher: "Publisher", plan: Plan, *, until: str, every: int) -> None:
    """Publish to one wave after the other, and wait for its pipelines.

    Nothing is kept between two runs: what the repositories and pipelines say is where it goes on.

    Args:
        until: the stage whose end is enough; empty for the end of the pipeline.
        every: seconds between two looks.

    Raises:
        PlatformError: a set was not published, or its pipeline has failed.
        Exit: pull requests wait for a review.
    """
    rollout = _Rollout(publisher, every, _known_stage(publisher, plan.sets, until))
    waves = waves_of(plan.sets, plan.sizes, plan.first)
    for number, wave in enumerate(waves, start=1):
        rollout.say(f"wave {number} of {len(waves)}: {', '.join(wave)}", bold=True)
        later = [name for following in waves[number:] for name in following]
        rollout.deliver(wave, later)
    rollout.say(f"delivered to all {len(plan.sets)} sets", bold=True)


def _known_stage(publisher: "Publisher", sets: Sequence[str], until: str) -> str:
    """The name of a stage as it is written.

    Raises:
        PlatformError: a set has no such stage.
    """
    if not until:
        return ""
    for deployment in publisher.sources.config.enabled_deployments:
        known = {stage.stage_name.lower(): stage.stage_name for stage in deployment.enabled_stages}
        if deployment.set_name in sets and until.lower() not in known:
            raise PlatformError(
                f"the set '{deployment.set_name}' has no enabled stage '{until}'; "
                f"there are: {', '.join(known.values())}",
                hint="name a stage that all sets of the rollout have, or none",
            )
    return until.lower()


class _Rollout:
    """A rollout while it runs."""

    def __init__(self, publisher: "Publisher", every: int, until: str) -> None:
        from mlops_commons.accounts.profiles import session_of

        self._publisher, self._every, self._until = publisher, every, until
        governance = publisher.sources.config.pipeline
        self._region = governance.region
        session = session_of(governance.bootstrap.aws_profile, governance.region)
        self._codepipeline: Any = session.client("codepipeline")
        self._begun = time.monotonic()

    def say(self, text: str, *, bold: bool = False) -> None:
        """Print a line with the time since the rollout began."""
        typer.secho(f"{_clock(time.monotonic() - self._begun):>8}  {text}", err=True, bold=bold)

    def deliver(self, wave: Sequence[str], later: Sequence[str]) -> None:
        """Publish to the sets of a wave, and wait until all are delivered.

        Args:
            later: sets that would follow; named where it ends here.
        """
        check_accounts(self._publisher.sources.config, wave)
        published = {name: self._published(name) for name in wave}
        proposed = [name for name, found in published.items() if found.proposed]
        if proposed:
            self.say(f"waits for reviews: {', '.join(proposed)}; merge, {SAME_COMMAND}")
            raise typer.Exit(ExitCode.WARNINGS)
        watched = [self._begin(name, found) for name, found in published.items()]
        self._wait(watched, later)

    def _published(self, set_name: str) -> "Arrival":
        found = self._publisher.publish(set_name)
        if found is None:
            raise PlatformError(
                f"the rollout ends before '{set_name}': nothing was published to it",
                hint="the same command goes on from there",
            )
        return found

    def _begin(self, set_name: str, published: "Arrival") -> Watched:
        """What to wait for; a delivery that has failed before is started again."""
        config = self._publisher.sources.config
        name = pipeline_name(config, self._publisher.app, set_name)
        watched = Watched(
            set_name=set_name, pipeline=name, commit=published.commit, until=self._until
        )
        pipeline = None if published.changed else self._read(name)
        if pipeline is None or not _has_ended_badly(pipeline, watched):
            return watched
        self.say(f"{set_name}: the last run of {published.commit[:8]} has not delivered; again")
        self._codepipeline.start_pipeline_execution(name=name)
        return replace(watched, ignored=frozenset(run.run_id for run in pipeline.runs))

    def _wait(self, watched: list[Watched], later: Sequence[str]) -> None:
        told: dict[str, tuple[str, float]] = {}
        while watched:
            for one in list(watched):
                found = self._look(one, told)
                if found.state is State.FAILED:
                    raise self._stopped(
                        one, found, [w.set_name for w in watched if w != one], later
                    )
                if found.state is State.DELIVERED:
                    watched.remove(one)
            if watched:
                time.sleep(self._every)

    def _look(self, one: Watched, told: dict[str, tuple[str, float]]) -> Verdict:
        """How the delivery of a set stands; said where that is new."""
        now = time.monotonic()
        text, since = told.get(one.set_name, ("", now))
        found = verdict(self._read(one.pipeline), one, now - since)
        if found.text != text:
            told[one.set_name] = (found.text, now)
            self.say(f"{one.set_name}: {found.text}")
        elif now - since >= HEARTBEAT and (now - since) % HEARTBEAT < self._every:
            self.say(f"{one.set_name}: still {found.text}, for {_clock(now - since)}")
        return found

    def _read(self, name: str) -> Pipeline | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return read_pipeline(self._codepipeline, name)
        except (BotoCoreError, ClientError) as error:
            raise PlatformError(
                f"the pipeline {name} cannot be read: {error}",
                hint=f"it goes on without you; sign in, {SAME_COMMAND}",
            ) from error

    def _stopped(
        self, one: Watched, found: Verdict, beside: Sequence[str], later: Sequence[str]
    ) -> PlatformError:
        lines = [f"the rollout stops at the set '{one.set_name}': {found.text}"]
        lines += [f"  still being delivered: {', '.join(beside)}"] if beside else []
        lines += [f"  not begun: {', '.join(later)}"] if later else []
        where = f"{console(self._region)}/codesuite/codepipeline/pipelines/{one.pipeline}/view"
        hint = f"see {where}?region={self._region}, fix it, {SAME_COMMAND}"
        return PlatformError("\n".join(lines), hint=hint)


def _has_ended_badly(pipeline: Pipeline, watched: Watched) -> bool:
    """Whether nothing is on its way, and nothing has arrived."""
    if any(run.status in RUNNING and run.commit in ("", watched.commit) for run in pipeline.runs):
        return False
    return verdict(pipeline, watched, quiet=float("inf")).state is State.FAILED


def _clock(seconds: float) -> str:
    """Hours, minutes and seconds, such as 0:42 and 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
