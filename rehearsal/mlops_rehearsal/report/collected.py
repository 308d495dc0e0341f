"""A report's data from a world and what was played in it; paths of this rehearsal are cut."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from mlops_commons.cli.environment import caller_home
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.report.data import (
    Account,
    ActState,
    Observed,
    Program,
    Report,
    ReportedAct,
)
from mlops_rehearsal.report.deployed import NOTHING, Deployed
from mlops_rehearsal.report.looked_at import look
from mlops_rehearsal.report.observed import accounts_with_stacks, observe
from mlops_rehearsal.report.provenance import UNSTATED, Provenance
from mlops_rehearsal.report.reach import ReachRows
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.evidence import Evidence, Played
from mlops_rehearsal.world.recorded import tail
from mlops_rehearsal.world.world import World

CHECKOUT: Final = "<checkout>"
FOLDER: Final = "<rehearsal>"
"""Stands for the temporary folder, which is gone when somebody reads the report."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a report says of a rehearsal as such.

    Attributes:
        made: the time that the report bears.
        provenance: what the rehearsal is made of.
        reach: the table of who can become whom, where there is one.
    """

    made: datetime
    provenance: Provenance = UNSTATED
    reach: ReachRows | None = None


@dataclass(frozen=True, kw_only=True)
class Before:
    """The accounts before an act that removes what they hold; nothing where none was played."""

    accounts: tuple[Account, ...] = ()
    deployed: Deployed | None = None


NOT_REMOVED: Final = Before()


@dataclass(frozen=True)
class Failure:
    """Why the first act that was not played has failed, and after how many seconds."""

    error: Exception
    seconds: float


def look_before(world: World) -> Before:
    """Read what an act is about to remove.

    Raises:
        PlatformError: the accounts cannot be read.
    """
    return Before(accounts=accounts_with_stacks(world), deployed=look(world))


def collect(
    world: World,
    acts: Sequence[Act],
    played: Sequence[Played],
    failure: Failure | None,
    origin: Origin,
    before: Before = NOT_REMOVED,
) -> Report:
    """Everything that is known at the end, however it has ended.

    Args:
        acts: the requested ones.
        origin: what is known before the first act.
        before: the accounts as they were before everything was removed.

    Raises:
        PlatformError: all acts were played, but the accounts cannot be read.
    """
    report = Report(
        made=origin.made,
        acts=tuple(_acts(acts, played, failure)),
        observed=_observed(world, failure, before.accounts),
        actions=tuple(world.actions),
        programs=tuple(_programs(world)),
        provenance=origin.provenance,
        deployed=before.deployed or _deployed(world, failure),
        reach=origin.reach,
    )
    return _without_folder(report, world.folder)


def _observed(world: World, failure: Failure | None, before: tuple[Account, ...]) -> Observed:
    try:
        return observe(world, before)
    except PlatformError as error:
        if failure is None:
            raise
        # What has failed is the news; that nothing can be read any more may be its consequence.
        return Observed(note=error.message)


def _deployed(world: World, failure: Failure | None) -> Deployed:
    try:
        return look(world)
    except PlatformError:
        if failure is None:
            raise
        return NOTHING


def _acts(
    acts: Sequence[Act], played: Sequence[Played], failure: Failure | None
) -> Iterator[ReportedAct]:
    start = 0.0
    for index, act in enumerate(acts):
        found = ReportedAct(
            number=act.number, name=act.name, title=act.title, state=ActState.NOT_REACHED
        )
        if index < len(played):
            done = played[index]
            yield replace(
                found,
                state=ActState.PLAYED,
                start=start,
                seconds=done.seconds,
                evidence=done.evidence,
            )
            start += done.seconds
        elif index == len(played) and failure:
            yield _failed(found, start, failure)
        else:
            yield found


def _failed(act: ReportedAct, start: float, failure: Failure) -> ReportedAct:
    message, hint = f"{type(failure.error).__name__}: {failure.error}", ""
    if isinstance(failure.error, PlatformError):
        message, hint = failure.error.message, failure.error.hint
    return replace(
        act,
        state=ActState.FAILED,
        start=start,
        seconds=failure.seconds,
        message=message,
        hint=hint,
    )


def _programs(world: World) -> Iterator[Program]:
    """The logs that belong to no action of a pipeline."""
    own = {f"{a.pipeline}-{a.stage}-{a.action}" for a in world.actions}
    for file in sorted(world.logs.glob("*.log")):
        if file.stem not in own:
            yield Program(name=file.stem, log=tail(file))


def _without_folder(report: Report, folder: Path) -> Report:
    """Nothing of a report says where on this machine it was made, or by whom."""
    places = {str(folder): FOLDER, str(REPOSITORY_ROOT): CHECKOUT, str(caller_home()): "~"}

    def cut(text: str) -> str:
        for place, name in places.items():
            text = text.replace(place, name)
        return text

    return replace(
        report,
        acts=tuple(
            replace(
                act,
                message=cut(act.message),
                hint=cut(act.hint),
                evidence=tuple(_cut(found, cut) for found in act.evidence),
            )
            for act in report.acts
        ),
        actions=tuple(
            replace(action, result=cut(action.result), log=cut(action.log))
            for action in report.actions
        ),
        programs=tuple(replace(one, log=cut(one.log)) for one in report.programs),
    )


def _cut(found: Evidence, cut: Callable[[str], str]) -> Evidence:
    rows = tuple({name: cut(value) for name, value in row.items()} for row in found.rows)
    return replace(found, rows=rows)
