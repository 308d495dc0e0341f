"""What a text says as a number or a date, in the way in which a file writes it, and nothing else."""

import math
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from numbers import Number

import pandas as pd

SIGNS = {" ": " \u00a0\u202f", "'": "'\u2019"}
"""A mark between thousands, and what programs write in its place: spaces that break no line,
and the typographic apostrophe."""

NEAR, CYCLE, DAYS_OF_CYCLE = 1800, 400, 146_097
"""The Gregorian calendar is the same after 400 years, also in its weekdays."""
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - an image has Python 3.10
NO_YEAR = "0000"
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
"""How a date begins; ISO 8601 would take a bare number for a year."""


def numbers(texts: pd.Series, decimal: str = ".", thousands: str = "") -> pd.Series:
    """Texts as numbers; what is not written like that is none.

    A mark of thousands stands between groups of three digits, the first of which has one to three and
    does not begin with a zero: of '75.5' and '0.455' it says nothing, so these are no numbers where a
    point is that mark.
    """
    if decimal == "." and not thousands:
        return pd.to_numeric(texts.where(texts != ""), errors="coerce")
    plain = texts.where(texts.str.fullmatch(_form(decimal, thousands)).astype(bool))
    if thousands:
        plain = plain.str.replace(f"[{signs(thousands)}]", "", regex=True)
    return pd.to_numeric(plain.str.replace(decimal, ".", regex=False), errors="coerce")


def days(texts: pd.Series, form: str = "") -> pd.Series:
    """Texts as days since 1970-01-01, of the years 1 to 9999; what is no date of this form is none.

    Args:
        form: as of strptime, such as `%d.%m.%Y`; nothing: ISO 8601.
    """
    if not form:
        return _iso_days(texts)
    found = _days(pd.to_datetime(texts.where(texts != ""), format=form, errors="coerce", utc=True))
    unread = texts[found.isna() & (texts != "")]
    far = {text: _far(text, form) for text in unread.unique()}
    return found.fillna(unread.map(far).astype(float)) if far else found


def _iso_days(texts: pd.Series) -> pd.Series:
    """In years of which pandas 2 has nanoseconds, 1677 to 2262: the calendar repeats itself."""
    dates = texts[texts.str.match(ISO_DATE).astype(bool) & ~texts.str.startswith(NO_YEAR)]
    years = pd.to_numeric(dates.str[:4])
    cycles = (years - NEAR) // CYCLE
    near = (years - cycles * CYCLE).astype(str) + dates.str[4:]
    found = _days(pd.to_datetime(near, format="ISO8601", errors="coerce", utc=True))
    return (found + cycles * DAYS_OF_CYCLE).reindex(texts.index)


def _far(text: str, form: str) -> float:
    """A day that nanoseconds do not reach, if it is one; pandas has refused any other."""
    try:
        found = datetime.strptime(text, form)
    except ValueError:
        return math.nan
    if 1677 < found.year < 2262:
        return math.nan
    moment = found if found.tzinfo else found.replace(tzinfo=timezone.utc)  # noqa: UP017
    return (moment - EPOCH) // timedelta(seconds=1) / 86400


def _days(dates: pd.Series) -> pd.Series:
    return (dates.dt.as_unit("s") - pd.Timestamp(0, tz="UTC").as_unit("s")) / pd.Timedelta(days=1)


def as_text(value: object, decimal: str = ".") -> str:
    """A value as a file writes it that has this mark before decimals."""
    is_number = isinstance(value, Number) and not isinstance(value, bool)
    return str(value).replace(".", decimal) if is_number else str(value)


@lru_cache
def _form(decimal: str, thousands: str) -> str:
    point = re.escape(decimal)
    whole = "[0-9]+"
    if thousands:
        mark = f"[{signs(thousands)}]"
        whole = f"(?:{whole}|[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+)"
    return rf"[-+]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"


def signs(thousands: str) -> str:
    """What may stand for a mark between thousands, for a set of a regular expression."""
    return re.escape(SIGNS.get(thousands, thousands))
