"""A whole rehearsal: its acts in their order, and a report of them however they end."""

import contextlib
import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.generated_files import write_atomically
from mlops_rehearsal.audience import Audience
from mlops_rehearsal.report.bundle import bundle
from mlops_rehearsal.report.collected import (
    NOT_REMOVED,
    Failure,
    Origin,
    collect,
    look_before,
)
from mlops_rehearsal.report.data import Report
from mlops_rehearsal.report.failure import sentence
from mlops_rehearsal.report.page import page
from mlops_rehearsal.timeline import play
from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.evidence import Played
from mlops_rehearsal.world.world import World


@dataclass(frozen=True)
class Performance:
    """A rehearsal that has ended well, and what its report says."""

    played: tuple[Played, ...]
    report: Report


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The files that a rehearsal leaves.

    Attributes:
        report: the page.
        evidence: the archive; none is written where it is None.
    """

    report: Path
    evidence: Path | None = None

    def check(self) -> None:
        """Find out before minutes of acts whether they can be written.

        Raises:
            PlatformError: one can not; the message says why.
        """
        _check("report", self.report, "--report")
        if self.evidence:
            _check("evidence", self.evidence, "--evidence")

    def write(self, report: Report) -> None:
        """Write each as a whole.

        Raises:
            PlatformError: there is no room, or no right to.
        """
        write_atomically(self.report, page(report))
        if self.evidence:
            write_atomically(self.evidence, bundle(report))

    def digest(self) -> str:
        """The SHA-256 of the archive that was written."""
        assert self.evidence
        return hashlib.sha256(self.evidence.read_bytes()).hexdigest()


def _check(what: str, file: Path, option: str) -> None:
    folder = file.parent
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise PlatformError(
            f"the {what} cannot be written to '{file}': '{folder}' is no folder to write to",
            hint=f"name another file: rehearse {option} FILE",
        )


def perform(
    world: World,
    acts: Sequence[Act],
    *,
    origin: Origin,
    papers: Papers,
    audience: Audience,
) -> Performance:
    """Play the acts and write the report, also of acts that fail.

    Args:
        origin: what the report says of the rehearsal as such.
        papers: where report and evidence go.
        audience: is told of each act.

    Raises:
        PlatformError: an act has failed; the report is written nevertheless.
    """
    played: list[Played] = []
    before = NOT_REMOVED
    start = time.monotonic()
    try:
        for act in acts:
            audience.begins(act)
            if act.removes:
                before = look_before(world)
            start = time.monotonic()
            played.append(play(world, act))
            audience.ended(played[-1])
    except Exception as error:
        failure = Failure(error, time.monotonic() - start)
        report = collect(world, acts, played, failure, origin, before)
        if report.failed:
            audience.failed(sentence(report.failed))
        papers.write(report)
        raise
    report = collect(world, acts, played, None, origin, before)
    papers.write(report)
    return Performance(tuple(played), report)
