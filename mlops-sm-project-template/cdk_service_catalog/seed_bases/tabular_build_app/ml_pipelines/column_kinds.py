"""What a column holds: a number, a category, free words or a date, or the name of its row."""

import re
import unicodedata
from dataclasses import dataclass

import pandas as pd

from ml_pipelines import date_forms, declared
from ml_pipelines.file_formats import UNSEEN, CannotAdopt, FileFormat, visible
from ml_pipelines.number_styles import DIRT, LOOKED_AT, is_number, would_be_number

FEW = 20
"""So many values of a number, and it may as well be a class."""
WORDS = 3
SEED = 7
LONGEST = 15
"""So many digits a number keeps for sure; of more it may lose the last ones."""
LIKE_AN_ID = (
    r"(?i:(?:.*[\s_.-])?(?:id|ids|no|nr|num|number|key|uuid|guid|index|idx|#))"
    r"|.*[a-z](?:Id|ID|Nr|No)|(?i:.*nummer)"
)
"""The names of columns that name their rows."""
INDIAN = r"[-+]?[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}([.][0-9]+)?"
"""1,23,456: lakhs and crores."""
AFFIXED = (
    r"(?P<sign>[-+]?)(?P<before>[^\w\s.,;:'\"()/+-]|[A-Z]{1,3}\$|[A-Z]{3})?\s*"
    r"(?P<number>[-+]?[0-9][0-9.,' \u00a0\u202f]*?)\s*(?P<after>[^\d\s.,;:'\"()/+-]{1,4})?"
)
"""A number with what some programs write around it: a currency, a percent sign, a unit."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A column.

    Attributes:
        type: as `project.yml` has it.
        words: why.
        names_row: it has another value in every row, so nothing is learnt from it.
        form: of dates, where they are not ISO 8601.
    """

    type: str
    words: str
    names_row: bool = False
    form: str = ""


def kind_of(name: str, texts: pd.Series, found: FileFormat) -> Kind:
    """Look at what a column says where it says something.

    Raises:
        CannotAdopt: nearly all of it is one thing and the rest another, or it has two readings.
    """
    if texts.empty:
        return Kind(type="category", words="empty")
    check_numbers(name, texts, found)
    if bool(is_number(texts, found).all()):
        if why := _names_in_digits(texts):
            return _category(texts, f"{why}: names, no numbers")
        return _number(name, texts, found)
    form = date_forms.find(name, texts, found)
    if form is not None:
        how = f"a date{f', written as {form}' if form else ''}: {date_forms.span(texts, form)}"
        return Kind(type="date", words=how, form=form)
    _check_one_kind(name, texts, found)
    words = float(texts.str.split().str.len().mean())
    if words >= WORDS and texts.nunique() > FEW:
        return Kind(type="text", words=f"free words, {words:.0f} in a row")
    pairs = alike(texts, found)[:1]
    ways = "".join(f", '{visible(a)}' and '{visible(b)}' among them" for a, b in pairs)
    return _category(texts, f"{texts.nunique()} different texts{ways}")


def check_numbers(name: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse numbers that are not written as the others: as categories they would mean nothing.

    Raises:
        CannotAdopt: a few texts among numbers, numbers of another style, or with a unit.
    """
    wrong = texts[~is_number(texts, found)]
    if wrong.empty:
        return
    place = f"{found.name}, row {int(wrong.index[0]) + 1}: {name} is '{wrong.iloc[0]}'"
    others = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    if len(wrong) <= DIRT * len(texts):
        raise CannotAdopt(
            f"{place}{others}, the others are numbers; correct it, say --missing '{wrong.iloc[0]}' "
            f"if it means nothing, --category '{name}' if these are names, or --ignore '{name}'"
        )
    if would_be_number(pd.Series(wrong.unique())).all():
        raise CannotAdopt(
            f"{place}{others}, no number as this file writes them ({found.style}); write it so, "
            f"say --missing '{wrong.iloc[0]}' if it means nothing, --category '{name}' if these are "
            f"names, or --ignore '{name}'"
        )
    _check_units(name, texts, place)


def has_leading_zeros(texts: pd.Series) -> bool:
    """Whether numbers are names, such as postal codes: 00501 is not 501."""
    return bool(texts.str.fullmatch("0[0-9]+").any())


def alike(texts: pd.Series, found: FileFormat) -> list[tuple[str, str]]:
    """Texts that people read as one: they differ in capitals, in what nobody sees, or in zeros."""
    distinct = pd.Series(texts.unique()).astype(str)
    values = declared.numbers(distinct, found.decimal, found.thousands)
    first: dict[object, str] = {}
    pairs = []
    for text, value in zip(distinct, values, strict=True):
        read = unicodedata.normalize("NFKC", text).translate(UNSEEN).strip().casefold()
        other = first.setdefault(read if pd.isna(value) else float(value), text)
        if other != text:
            pairs.append((other, text))
    return pairs


def check_alike(name: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse a class that is written in two ways.

    Raises:
        CannotAdopt: the first two of them.
    """
    for one, other in alike(texts, found)[:1]:
        raise CannotAdopt(
            f"{found.name}: {name} is '{visible(one)}' and '{visible(other)}', which differ in "
            "capitals, zeros or signs that nobody sees only: write one class in one way"
        )


def _names_in_digits(texts: pd.Series) -> str:
    """Why these numbers are names: as numbers they would be other ones."""
    if has_leading_zeros(texts):
        return "leading zeros"
    long = texts[texts.str.fullmatch(f"[0-9]{{{LONGEST + 1},}}")]
    exact = {int(text) for text in long.unique()}
    lost = len({float(each) for each in exact}) < len(exact)
    return "more digits than a number keeps" if lost else ""


def _check_one_kind(name: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse a column that mostly holds dates or numbers: as texts they would say nothing.

    Raises:
        CannotAdopt: two texts that are not written in one way.
    """
    dates = date_forms.would_be_date(texts)
    for kind, read, way in (
        ("dates", dates, f"say how they are written with --date '{name}=FORM', "),
        ("numbers", _like_numbers(texts), ""),
    ):
        if not read.mean() > 0.5:
            continue
        strange = texts[~read]
        first = visible(str(texts[read].iloc[0]))
        rest = "" if strange.empty else f"; {_stranger(strange)}"
        if strange.empty and kind == "dates" and (other := date_forms.of_another_form(texts)):
            rest = f", and '{other}'"
        raise CannotAdopt(
            f"{found.name}: {name} holds {kind} such as '{first}'{rest}; write all of it in one way, "
            f"{way}say --category '{name}' if these are names, or --ignore '{name}'"
        )


def _like_numbers(texts: pd.Series) -> "pd.Series[bool]":
    """Which texts people read as numbers: also in digits of other scripts, and as India writes."""
    # Drawn: every tenth row may be another one than those between.
    some = texts.sample(min(LOOKED_AT, len(texts)), random_state=SEED)
    if len(some) < len(texts) and not _like_numbers(some).mean() > 0.5 - DIRT:
        return pd.Series(False, index=texts.index)
    latin = texts.map(lambda text: "".join(str(unicodedata.decimal(s, s)) for s in str(text)))
    return would_be_number(latin) | latin.str.fullmatch(INDIAN).astype(bool)


def _stranger(strange: pd.Series) -> str:
    text = str(strange.iloc[0])
    place = f"row {int(strange.index[0]) + 1} is '{visible(text)}'"
    return f"{place} (if it means nothing, say --missing '{text}')"


def _check_units(name: str, texts: pd.Series, place: str) -> None:
    parts = pd.Series(texts.unique()).str.extract(f"^{AFFIXED}$").dropna(subset=["number"])
    around = parts["before"].fillna("") + parts["after"].fillna("")
    if len(parts) <= (1 - DIRT) * texts.nunique() or not around.ne("").any():
        return
    kinds = [repr(str(each)) for each in around.unique() if each]
    if len(kinds) > 3 or texts.nunique() <= FEW:
        return
    raise CannotAdopt(
        f"{place}, a number with {' or '.join(kinds)}; write numbers alone, in one unit, say "
        f"--category '{name}' if these are names, or --ignore '{name}'"
    )


def _category(texts: pd.Series, words: str) -> Kind:
    if texts.nunique() > max(FEW, len(texts) // 2):
        return Kind(type="category", words="another value in nearly every row", names_row=True)
    return Kind(type="category", words=words)


def _number(name: str, texts: pd.Series, found: FileFormat) -> Kind:
    if date_forms.may_be_compact(texts):
        words = f"a number; if it is a date, say --date '{name}={date_forms.COMPACT}'"
        return Kind(type="number", words=words)
    if (codes := texts[texts.str.fullmatch("[0-9]+[eE][0-9]+")]).any():
        code = str(codes.iloc[0])
        words = (
            f"a number, '{code}' is {float(code):.0f}; if these are names, say --category '{name}'"
        )
        return Kind(type="number", words=words)
    # As floats: differences of large unsigned integers are never negative.
    values = declared.numbers(texts, found.decimal, found.thousands).astype(float)
    if values.nunique() < len(values) or (values % 1).any():
        return Kind(type="number", words="a number")
    steps = values.diff().iloc[1:]
    if (steps > 0).all() or (steps < 0).all():
        words = "whole numbers in their order, another in every row"
        return Kind(type="number", words=words, names_row=True)
    if re.fullmatch(LIKE_AN_ID, name):
        words = "by its name, and another whole number in every row"
        return Kind(type="number", words=words, names_row=True)
    words = f"a number, another in every row: if it names the row, say --identifier '{name}'"
    return Kind(type="number", words=words)
