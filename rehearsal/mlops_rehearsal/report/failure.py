"""A failed rehearsal in one sentence: what, why, what to do."""

import re
from typing import Final

from mlops_rehearsal.report.data import ReportedAct

ACT: Final = re.compile(r"^act \d+ \([\w-]+\): ")
TELLING: Final = re.compile(
    r"^\s*(FAILED|ERROR|E  |error:|Error:|\w*(Error|Exception):)"
    r"|\b\d+ (failed|errors?)\b|\bKilled\b|No space left"
)
"""Lines of pytest, npm, git and Python that say more than that something has failed."""
LONGEST: Final = 240
BEGINNING: Final = 80
SILENT: Final = "it said nothing"
NOTHING_KNOWN: Final = "see its log below, then run the same command again"


def sentence(act: ReportedAct) -> str:
    """What has failed, why, and what to do next."""
    first, *rest = ACT.sub("", act.message).splitlines() or [SILENT]
    told = [line.strip(" =") for line in rest if TELLING.search(line)]
    reason = first.rstrip(":") + (f": {told[-1]}" if told else "")
    why = _short(reason).rstrip(".")
    hint = act.hint or NOTHING_KNOWN
    return f"Act {act.number}, {act.title!r}, failed because {why}. Next: {hint}"


def _short(reason: str) -> str:
    """Its beginning and its end, since the cause of causes stands last."""
    if len(reason) <= LONGEST:
        return reason
    return f"{reason[:BEGINNING]} ... {reason[BEGINNING - LONGEST :]}"
