"""One thing that was looked at, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OWNERS: Final = "give the output of './mlops-multi-account.sh config statements' to its owners"
"""What to do about what others own."""


class Level(StrEnum):
    """How bad it is; `unchecked` is what could not be looked at."""

    OK = "ok"
    UNCHECKED = "unchecked"
    WARNING = "warning"
    ERROR = "error"


SEVERITY = tuple(Level)
"""From harmless to bad."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding; `remedy` is the command that fixes it, empty where nothing needs fixing."""

    level: Level
    area: str
    message: str
    remedy: str = ""


def worst(findings: "tuple[Finding, ...]") -> Level:
    """The worst level of all, `ok` where there is no finding."""
    return max((finding.level for finding in findings), key=SEVERITY.index, default=Level.OK)
