"""A failed rehearsal in one sentence: what, why, what to do."""

import re
from typing import Final

from mlops_rehearsal.report.data import ReportedAct

ACT: Final = re.compile(r"^act \d+ \([\w-]+\): ")
TELLING: Final = re.compile(
    r"^\s*(FAILED|ERROR|E  |error:|Error:|\w*(Error|Exception):)|\b\d+ (failed|errors?)\b"
)
"""Lines of pytest, npm, git and Python that say more than that something has failed."""
LONGEST: Final = 240
SILENT: Final = "it said nothing"
NOTHING_KNOWN: Final = "see its log below, then run the same command again"


def sentence(act: ReportedAct) -> str:
    """What has failed, why, and what to do next."""
    first, *rest = ACT.sub("", act.message).splitlines() or [SILENT]
    told = [line.strip(" =") for line in rest if TELLING.search(line)]
    reason = first.rstrip(":") + (f": {told[-1]}" if told else "")
    why = reason if len(reason) <= LONGEST else f"{reason[:LONGEST]} ..."
    hint = act.hint or NOTHING_KNOWN
    return f"Act {act.number}, {act.title!r}, failed because {why.rstrip('.')}. Next: {hint}"
