"""Schedules of config/*.yml, as EventBridge Scheduler takes them: it refuses others as late as in
the deployment of a stage.

Source: EventBridge Scheduler User Guide, "Schedule types in EventBridge Scheduler": cron-based and
rate-based schedules, and time zones. A schedule that runs once, at(...), is not for a stage.
"""

import difflib
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
UNITS = ("minute", "hour", "day")
FORMS = "cron(minutes hours day-of-month month day-of-week year) or rate(value unit)"
PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?")


@dataclass(frozen=True)
class CronField:
    """One of the six fields.

    Attributes:
        lowest, highest: the numbers that it may have.
        names: what may stand for numbers, the first for 1.
        others: a pattern of what may stand there besides, for the whole field; N is a value.
    """

    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    others: str = field(default="")

    def wrong(self, text: str) -> str | None:
        """The part that the field cannot have; None where all are allowed."""
        value = "|".join([r"\d+", *self.names])
        special = re.fullmatch(self.others.replace("N", f"({value})") or "(?!)", text)
        if special:
            values = [found for found in special.groups() if found]
            return None if all(map(self._is_value, values)) else text
        return next((part for part in text.split(",") if not self._allows(part)), None)

    def _allows(self, part: str) -> bool:
        found = PART.fullmatch(part)
        if found is None:
            return False
        *values, step = found.groups()
        steps = self.highest - self.lowest + 1
        return all(self._is_value(value) for value in values if value is not None) and (
            step is None or 1 <= int(step) <= steps
        )

    def _is_value(self, text: str) -> bool:
        return text in self.names or (text.isdecimal() and self.lowest <= int(text) <= self.highest)

    def __str__(self) -> str:
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        return f"{self.lowest}-{self.highest}{names}"


FIELDS: Mapping[str, CronField] = {
    "minutes": CronField(0, 59),
    "hours": CronField(0, 23),
    "day-of-month": CronField(1, 31, others=r"\?|L|LW|NW"),
    "month": CronField(1, 12, MONTHS),
    "day-of-week": CronField(1, 7, DAYS, others=r"\?|L|NL|N#[1-5]"),
    "year": CronField(1970, 2199),
}


def some_schedule(text: str) -> str:
    """The expression itself.

    Raises:
        ValueError: EventBridge Scheduler would refuse it.
    """
    found = re.fullmatch(r"(cron|rate)\((.+)\)", text)
    if found is None or not text.isascii():
        raise ValueError(f"this is no schedule; allowed: {FORMS}")
    kind, inner = found.groups()
    problem = _of_cron(inner.split()) if kind == "cron" else _of_rate(inner)
    if problem:
        raise ValueError(problem)
    return text


def _of_cron(parts: list[str]) -> str:
    if len(parts) != len(FIELDS):
        return f"cron has six fields, and here are {len(parts)}: {' '.join(FIELDS)}"
    written = dict(zip(FIELDS, parts, strict=True))
    for name, allowed in FIELDS.items():
        wrong = allowed.wrong(written[name].upper())
        if wrong is not None:
            return f"{name} cannot be {wrong!r}; allowed: {allowed}, and * , - / between them"
    if (written["day-of-month"] == "?") == (written["day-of-week"] == "?"):
        return "exactly one of day-of-month and day-of-week has to be ?: cron(0 3 * * ? *)"
    return ""


def _of_rate(inner: str) -> str:
    allowed = f"rate(1 {UNITS[0]}), rate(5 {UNITS[0]}s), and the same of hours and days"
    number, _, unit = inner.partition(" ")
    if not number.isdecimal() or int(number) < 1:
        return f"rate needs a whole number of 1 or more; allowed: {allowed}"
    plural = "" if int(number) == 1 else "s"
    if unit.strip() not in {f"{name}{plural}" for name in UNITS}:
        return f"rate cannot be of {unit.strip()!r}; allowed: {allowed}"
    return ""


def some_timezone(name: str) -> str:
    """The name itself.

    Raises:
        ValueError: the IANA time zones, which are those of the scheduler, have none of that name.
    """
    known = zoneinfo.available_timezones()
    if name not in known:
        alike = difflib.get_close_matches(name, sorted(known), n=1)
        near = f"did you mean {alike[0]!r}? " if alike else ""
        raise ValueError(
            f"this is no time zone; {near}allowed: names of the IANA, such as UTC or Europe/Berlin"
        )
    return name


Expression = Annotated[str, AfterValidator(some_schedule)]
TimeZone = Annotated[str, AfterValidator(some_timezone)]
