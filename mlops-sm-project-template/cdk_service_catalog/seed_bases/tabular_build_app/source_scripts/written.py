"""What a text says as a number or a date, in the way in which a file writes it, and nothing else."""

import re
from functools import lru_cache
from numbers import Number

import pandas as pd

SIGNS = {" ": " \u00a0\u202f", "'": "'\u2019"}
"""A mark between thousands, and what programs write in its place: spaces that break no line,
and the typographic apostrophe."""

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
    """Texts as days since 1970-01-01; what is not a date of this form is none.

    Args:
        form: as of strptime, such as `%d.%m.%Y`; nothing: ISO 8601.
    """
    if form:
        dates = pd.to_datetime(texts.where(texts != ""), format=form, errors="coerce", utc=True)
    else:
        dates = pd.to_datetime(
            texts.where(texts.str.match(ISO_DATE)), format="ISO8601", errors="coerce", utc=True
        )
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
