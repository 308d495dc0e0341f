"""Schedules are what EventBridge Scheduler takes, so that prod is not the first to refuse one.

Examples are those of the EventBridge Scheduler User Guide, "Schedule types", and of the EventBridge
User Guide, "Cron expressions reference".
"""

from pathlib import Path

import pytest
from pydantic import BaseModel

from deploy_app.errors import DeployError
from deploy_app.schedules import Expression, TimeZone, some_schedule, some_timezone
from deploy_app.stage_files import load


@pytest.mark.parametrize(
    "text",
    [
        *("cron(15 10 ? * 6L 2022-2023)", "cron(0 10 * * ? *)", "cron(15 12 * * ? *)"),
        *("cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)", "cron(0/15 * * * ? *)"),
        *("cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 0 L * ? *)"),
        *("cron(0 9 3W * ? *)", "cron(0 9 ? * 3#2 *)", "cron(0 9 ? JAN,FEB,MAR TUE *)"),
        *("cron(*/20 0,12 1-15/2 * ? 2027)", "cron(0 9 ? * mon *)", "cron(0 3 LW * ? *)"),
        *("rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(7 days)"),
    ],
)
def test_a_documented_schedule_is_accepted(text: str) -> None:
    assert some_schedule(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cron(0 3 * * *)", "six fields, and here are 5: minutes hours day-of-month month"),
        ("cron(0 3 * * * *)", "exactly one of day-of-month and day-of-week has to be ?"),
        ("cron(0 3 ? * ? *)", "exactly one of day-of-month and day-of-week has to be ?"),
        ("cron(0 3 1 * MON *)", "exactly one of day-of-month and day-of-week has to be ?"),
        ("cron(x)", "six fields, and here are 1"),
        ("cron(60 3 * * ? *)", "minutes cannot be '60'; allowed: 0-59"),
        ("cron(0 0-24 * * ? *)", "hours cannot be '0-24'; allowed: 0-23"),
        ("cron(0 3 0 * ? *)", "day-of-month cannot be '0'; allowed: 1-31"),
        ("cron(0 3 32W * ? *)", "day-of-month cannot be '32W'"),
        ("cron(0 3 * MAI ? *)", "month cannot be 'MAI'; allowed: 1-12 or JAN-DEC"),
        ("cron(0 3 ? * 0 *)", "day-of-week cannot be '0'; allowed: 1-7 or SUN-SAT"),
        ("cron(0 3 ? * 3#1,6#3 *)", "day-of-week cannot be '3#1'"),
        ("cron(0 3 ? * 3#6 *)", "day-of-week cannot be '3#6'"),
        ("cron(? 3 ? * 3 *)", "minutes cannot be '?'"),
        ("cron(0/0 3 * * ? *)", "minutes cannot be '0/0'"),
        ("cron(0,, 3 * * ? *)", "minutes cannot be ''"),
        ("cron(0 3 * * ? 1969)", "year cannot be '1969'; allowed: 1970-2199"),
        ("rate(5 fortnights)", "rate cannot be of 'fortnights'; allowed: rate(1 minute)"),
        ("rate(1 days)", "rate cannot be of 'days'"),
        ("rate(5 day)", "rate cannot be of 'day'"),
        ("rate(0 days)", "whole number of 1 or more"),
        ("rate(1.5 hours)", "whole number of 1 or more"),
        ("at(2030-01-01T00:00:00)", "this is no schedule; allowed: cron(minutes hours"),
        ("0 3 * * ? *", "this is no schedule"),
        ("cron(0 3 * * ? *)\n", "this is no schedule"),
    ],
)
def test_another_schedule_is_refused_with_what_is_allowed(text: str, words: str) -> None:
    with pytest.raises(ValueError) as refused:
        some_schedule(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"])
def test_a_time_zone_of_the_iana_is_accepted(name: str) -> None:
    assert some_timezone(name) == name


@pytest.mark.parametrize("name", ["Europe/Berlinn", "europe/berlin", "Berlin", "", "+02:00"])
def test_another_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"no time zone; .*such as UTC or Europe/Berlin"):
        some_timezone(name)


def test_zones_are_known_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    assert some_timezone("Europe/Berlin")


class Stage(BaseModel):
    """A part that has both."""

    expression: Expression
    timezone: TimeZone


def test_the_message_names_file_line_value_and_the_nearest_zone(tmp_path: Path) -> None:
    (tmp_path / "defaults.yml").write_text("timezone: UTC\nexpression: cron(0 3 * * ? *)\n")
    (tmp_path / "prod.yml").write_text("expression: cron(0 3 * * *)\ntimezone: Europe/Berlinn\n")
    with pytest.raises(DeployError) as refused:
        load(Stage, "prod", tmp_path)
    text = str(refused.value)
    assert f"{tmp_path / 'prod.yml'}, line 1: expression: cron has six fields" in text
    assert "(is: 'cron(0 3 * * *)')" in text
    assert f"{tmp_path / 'prod.yml'}, line 2: timezone: this is no time zone; " in text
    assert "did you mean 'Europe/Berlin'?" in text and "(is: 'Europe/Berlinn')" in text
