"""Until when a tool is supported is said from a dated table."""

from datetime import date

import pytest

from mlops_commons.doctor.finding import Level
from mlops_commons.doctor.supported import CHECKED, ENDS, look_at_support

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("tool", "version", "today", "level", "said"),
    [
        ("Python", "3.13.2", date(2026, 12, 1), Level.OK, "is supported until October 2029"),
        ("Python", "3.11.7", date(2027, 6, 1), Level.WARNING, "ends in October 2027"),
        ("node", "22.1.0", date(2027, 5, 1), Level.WARNING, "ended in April 2027"),
        ("node", "2.0.0", date(2026, 12, 1), Level.UNCHECKED, "not in the table of 2026-11-28"),
        ("Python", "3.1.4", date(2026, 12, 1), Level.UNCHECKED, "3.11, 3.12, 3.13, 3.14"),
    ],
)
def test_a_version_is_supported_ends_soon_or_is_not_known(
    tool: str, version: str, today: date, level: Level, said: str
) -> None:
    (found,) = look_at_support({tool: version}, "this machine", today)
    assert (found.level, said in found.message) == (level, True)
    assert bool(found.remedy) is (level is Level.WARNING)


def test_a_tool_that_is_missing_is_told_elsewhere() -> None:
    assert list(look_at_support({"node": ""}, "this machine")) == []


def test_a_table_that_nobody_has_looked_at_for_a_year_says_how_to_get_another() -> None:
    later = date(CHECKED.year + 2, 1, 1)
    (found,) = look_at_support({"node": "30.0.0"}, "this machine", later)
    assert "docs/how-to/upgrade.md" in found.remedy
    assert all(list(rows.values()) == sorted(rows.values()) for rows in ENDS.values())
