"""A whole rehearsal: its acts in their order, and a report of them however they end."""

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.generated_files import write_atomically
from mlops_rehearsal.report.collected import NOT_REMOVED, Failure, collect, look_before
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.page import page
from mlops_rehearsal.report.provenance import UNSTATED, Provenance
from mlops_rehearsal.report.reach import ReachRows
from mlops_rehearsal.timeline import play
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.evidence import Played
from mlops_rehearsal.world.world import World


@dataclass(frozen=True)
class Performance:
    """A rehearsal that has ended well, and what its report says."""

    played: tuple[Played, ...]
    report: Report

    def as_json(self) -> dict[str, object]:
        """Acts, accounts and access as JSON has them."""
        observed = self.report.observed
        return {
            "acts": [done.as_json() for done in self.played],
            "accounts": [account.as_json() for account in observed.accounts],
            "access": [access.as_json() for access in observed.access],
        }


def check_report_file(file: Path) -> None:
    """Find out before minutes of acts whether the report can be written.

    Raises:
        PlatformError: it can not; the message says why.
    """
    folder = file.parent
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise PlatformError(
            f"the report cannot be written to '{file}': '{folder}' is no folder to write to",
            hint="name another file: rehearse --report FILE",
        )


def perform(
    world: World,
    acts: Sequence[Act],
    *,
    made: datetime,
    file: Path,
    begins: Callable[[Act], None],
    ended: Callable[[Played], None],
    provenance: Provenance = UNSTATED,
    reach: ReachRows | None = None,
) -> Performance:
    """Play the acts and write the report, also of acts that fail.

    Args:
        made: the time that the report bears.
        begins, ended: called before and after each act.
        provenance: what the rehearsal is made of, for the report.
        reach: who can become whom, for the report.

    Raises:
        PlatformError: an act has failed; the report is written nevertheless.
    """
    played: list[Played] = []
    before = NOT_REMOVED
    start = time.monotonic()
    try:
        for act in acts:
            begins(act)
            if act.removes:
                before = look_before(world)
            start = time.monotonic()
            played.append(play(world, act))
            ended(played[-1])
    except Exception as error:
        failure = Failure(error, time.monotonic() - start)
        made_of = collect(world, acts, played, failure, made, before, provenance, reach)
        write_atomically(file, page(made_of))
        raise
    report = collect(world, acts, played, None, made, before, provenance, reach)
    write_atomically(file, page(report))
    return Performance(tuple(played), report)
