"""Until when Python and node are supported: a table with a date of its own."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from mlops_commons.doctor.finding import Finding, Level

CHECKED: Final = date(2026, 11, 28)
"""When the table was last compared with its sources."""
STALE: Final = timedelta(days=365)
SOON: Final = timedelta(days=180)
ENDS: Final[Mapping[str, Mapping[str, date]]] = {
    # PEP 664, 693, 719 and 745: security fixes for five years, to the end of the month.
    "Python": {
        "3.11": date(2027, 10, 31),
        "3.12": date(2028, 10, 31),
        "3.13": date(2029, 10, 31),
        "3.14": date(2030, 10, 31),
    },
    # Node.js Release Working Group, "Release schedule": end of life.
    "node": {"22": date(2027, 4, 30), "24": date(2028, 4, 30)},
}
"""By tool and the beginning of its version."""


def look_at_support(
    found: Mapping[str, str], area: str, today: date | None = None
) -> Iterator[Finding]:
    """Whether the versions of this machine are still supported, and for how long.

    Args:
        found: the version of each tool; one that is missing is told elsewhere.
        today: another day than this one.
    """
    now = today or date.today()
    for tool, version in found.items():
        ends = next((e for v, e in ENDS[tool].items() if f"{version}.".startswith(f"{v}.")), None)
        if version:
            yield _finding(tool, version, ends, area, now)


def _finding(tool: str, version: str, ends: date | None, area: str, now: date) -> Finding:
    if ends is None:
        known = ", ".join(ENDS[tool])
        stale = now - CHECKED > STALE
        return Finding(
            level=Level.UNCHECKED,
            area=area,
            message=f"{tool} {version} is not in the table of {CHECKED}, which has {known}",
            remedy="bring the platform up to date: docs/how-to/upgrade.md" if stale else "",
        )
    if ends - now > SOON:
        message = f"{tool} {version} is supported until {ends:%B %Y}"
        return Finding(level=Level.OK, area=area, message=message)
    word = "ended in" if ends < now else "ends in"
    newest = list(ENDS[tool])[-1]
    return Finding(
        level=Level.WARNING,
        area=area,
        message=f"support for {tool} {version} {word} {ends:%B %Y}",
        remedy=f"install {tool} {newest}, then: rm -rf .venv && ./mlops-multi-account.sh --version",
    )
