"""How a column writes its dates: found where one way fits, asked where day and month change places."""

import re
from collections.abc import Iterator

import pandas as pd

from ml_pipelines import declared
from ml_pipelines.file_formats import CannotAdopt, FileFormat

ISO = ""
EPOCH = pd.Timestamp(0, tz="UTC")
ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d")
SHORT = tuple(order.replace("%Y", "%y") for order in ORDERS)
DAYS = (
    *(order.format(mark) for mark in "./-" for order in (*ORDERS, *SHORT)),
    *("%d %b %Y", "%d-%b-%Y", "%d. %b %Y", "%b %d, %Y", "%d-%b-%y"),
    *("%d %B %Y", "%d-%B-%Y", "%d. %B %Y", "%B %d, %Y"),
    *("%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%b %Y", "%b-%Y", "%b-%y", "%B %Y"),
)
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S", ", %H:%M")
RARE = ("%Y-%d-%m", "%Y/%d/%m", "%Y.%d.%m")
"""Said by a person only: most such dates look like those with the month before the day."""
FORMS = tuple(day + time for day in DAYS for time in TIMES)
OFFSET = r"(?i).*\d:\d\d.*(?:z|[-+]\d\d:?(?:\d\d)?)$"
TIME = r".*\d:\d\d"
COMPACT = "%Y%m%d"
"""A number as well: said, and declared by a person."""
BEGINNING = "[0-9]{1,4}[-./ ]|[A-Za-z]{3,9}[- ]"
LOOKED_AT = 200
DIRT = 0.05


def find(name: str, texts: pd.Series, found: FileFormat) -> str | None:
    """The form of a column of dates, `ISO` for ISO 8601; None where it holds something else.

    Raises:
        CannotAdopt: there are two readings, or a few texts are no date.
    """
    if not texts.str.match(BEGINNING).mean() > 1 - DIRT:
        return None
    shares = {form: _share(texts, form) for form in _possible(texts)}
    best = max(shares.values(), default=0.0)
    if best <= 1 - DIRT:
        return None
    fitting = [form for form, share in shares.items() if share == best]
    if best < 1:
        _refuse_stranger(name, texts, found, fitting[0])
    if ISO not in fitting and len({_order(form) for form in fitting}) > 1:
        ways = " or ".join(f"--date '{name}={form}'" for form in fitting)
        raise CannotAdopt(
            f"{found.name}: {name} is '{texts.iloc[0]}': which is the day, which the month or the "
            f"year? No row decides it; say {ways}"
        )
    _check_century(name, texts, found, fitting[0])
    _check_offsets(name, texts, found)
    return fitting[0]


def would_be_date(texts: pd.Series) -> "pd.Series[bool]":
    """Which texts are dates as some file may write them."""
    first = pd.Series(texts.unique()).head(LOOKED_AT)
    read = pd.Series(False, index=texts.index)
    if not first.str.match(BEGINNING).mean() > 0.5:
        return read
    for form in (ISO, *FORMS, *RARE):
        if declared.days(first, form).notna().any():
            read |= declared.days(texts, form).notna()
    return read


def of_another_form(texts: pd.Series) -> str:
    """The first of these dates that is not written as the first one is; nothing: all are alike."""
    left = texts
    for form in (ISO, *FORMS, *RARE):
        if declared.days(texts.head(1), form).notna().all():
            left = left[declared.days(left, form).isna()]
    return "" if left.empty else str(left.iloc[0])


def span(texts: pd.Series, form: str) -> str:
    """The first and the last date, as people read them."""
    days = pd.Timedelta(days=1) * declared.days(texts, form).agg(["min", "max"])
    first, last = (EPOCH.date() + each.to_pytimedelta() for each in days)
    return f"{first} to {last}"


def _check_offsets(name: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse times that say how far they are from UTC beside some that do not."""
    times = texts[texts.str.match(TIME)]
    offset = times.str.match(OFFSET)
    if not offset.any() or offset.all():
        return
    bare = times[~offset]
    raise CannotAdopt(
        f"{found.name}: {name} is '{times[offset].iloc[0]}', and in row {int(bare.index[0]) + 1} "
        f"'{bare.iloc[0]}': is that in UTC? Write all times with an offset or none, or say --ignore "
        f"'{name}'"
    )


def _check_century(name: str, texts: pd.Series, found: FileFormat, form: str) -> None:
    """Refuse years of two digits where they may be of another century than Python's.

    Python's strptime takes 69 to 99 for 1969 to 1999, and 00 to 68 for 2000 to 2068.
    """
    if "%y" not in form:
        return
    days = declared.days(texts, form)
    today = (pd.Timestamp.now(tz="UTC") - EPOCH) / pd.Timedelta(days=1)
    new_century = (pd.Timestamp("2000-01-01", tz="UTC") - EPOCH) / pd.Timedelta(days=1)
    is_of_both = days.min() < new_century <= days.max()
    if not is_of_both and days.max() <= today:
        return
    latest = texts.loc[days.idxmax()]
    raise CannotAdopt(
        f"{found.name}: {name} is '{latest}': years of two digits would be {span(texts, form)}; "
        f"write them with four digits, or say --date '{name}={form}' if these are right"
    )


def check(name: str, form: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse texts that are not written as somebody says.

    Raises:
        CannotAdopt: the first text that is not, or a form that says no date.
    """
    if wrong := declared.wrong_form(form):
        raise CannotAdopt(f"--date '{name}={form}': {wrong}")
    if _share(texts, form) < 1:
        _refuse_stranger(name, texts, found, form)


def may_be_compact(texts: pd.Series) -> bool:
    """Whether whole numbers may be dates, such as 20240131."""
    return bool(texts.str.fullmatch("(19|20)[0-9]{6}").all()) and _share(texts, COMPACT) == 1


def _possible(texts: pd.Series) -> Iterator[str]:
    """The forms that fit the first texts: few of them, so that all texts are compared with few."""
    first = texts.head(LOOKED_AT)
    for form in (ISO, *FORMS):
        if _share(first, form) > 1 - 2 * DIRT:
            yield form


def _share(texts: pd.Series, form: str) -> float:
    return float(declared.days(texts, form).notna().mean())


def _order(form: str) -> str:
    """In which order day, month and year stand."""
    return "".join(re.findall("%([dmybB])", form.replace("%Y", "%y"))).replace("b", "m").lower()


def _refuse_stranger(name: str, texts: pd.Series, found: FileFormat, form: str) -> None:
    strange = texts[declared.days(texts, form).isna()]
    others = f", and {len(strange) - 1} more" if len(strange) > 1 else ""
    raise CannotAdopt(
        f"{found.name}, row {int(strange.index[0]) + 1}: {name} is '{strange.iloc[0]}'{others}, the "
        f"others are dates written as {form or 'ISO 8601 says'}; correct it, say --missing "
        f"'{strange.iloc[0]}' if it means nothing, or --category '{name}'"
    )
