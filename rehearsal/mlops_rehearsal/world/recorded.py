"""What is remembered of every action that was played, also of one that has failed."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from mlops_rehearsal.world.terminal_text import last_lines

LINES: Final = 200
COLUMNS: Final = 500


class ActionStatus(StrEnum):
    """How an action has ended."""

    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class RecordedAction:
    """One action of one run.

    Attributes:
        run: which run of the pipeline, counted from 1; one that changes itself runs again.
        result: what it has done, or why it has failed.
        log: the end of its log; empty where it has none.
    """

    pipeline: str
    account: str
    run: int
    stage: str
    action: str
    provider: str
    status: ActionStatus
    seconds: float
    result: str
    log: str


def tail(file: Path) -> str:
    """The last lines of a log; empty where there is no log."""
    if not file.is_file():
        return ""
    # Read as bytes: a text's carriage returns would be taken for ends of lines.
    text = file.read_bytes().decode("utf-8", errors="replace")
    return "\n".join(line[:COLUMNS] for line in last_lines(text, LINES))
