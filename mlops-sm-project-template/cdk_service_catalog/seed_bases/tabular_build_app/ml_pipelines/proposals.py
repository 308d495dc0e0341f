"""What each column of a table is for: a proposal with a reason, which a person then corrects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from ml_pipelines import column_kinds, date_forms, declared
from ml_pipelines.column_kinds import FEW, Kind
from ml_pipelines.file_formats import CannotAdopt, FileFormat, visible
from ml_pipelines.number_styles import is_number

POSITIVE = (
    *("1", "1.0", "1,0", "+", "y", "t", "j", "positive", "positiv", "positif", "positivo"),
    *("yes", "ja", "oui", "si", "sí", "sì", "sim", "tak", "evet", "да"),
    *("true", "wahr", "vrai", "vero", "verdadero", "verdadeiro"),
)
"""What people call the class that they look for."""
METRICS = {"regression": "rmse", "binary": "average_precision", "multiclass": "balanced_accuracy"}


@dataclass(kw_only=True)
class Proposal:
    """What `project.yml` may say.

    Attributes:
        columns: the type of each.
        dates: how those are written that are not ISO 8601.
        roles: identifier, group and time, where there is one.
        reasons: for each column, in words.
        why: the task is this one.
        positive: of two classes the one whose probability is predicted, and why it is this one.
    """

    label: str
    task: str
    why: str
    positive: str = ""
    positive_why: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def metric(self) -> str:
        """What the gate looks at."""
        return METRICS[self.task]

    @property
    def split(self) -> str:
        """By what the roles say, else so that each part has each class."""
        chosen = [role for role in ("time", "group") if self.roles.get(role)]
        return chosen[0] if chosen else "random" if self.task == "regression" else "stratified"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says of columns.

    Attributes:
        roles: the column of each role: identifier, group, time.
        ignored: columns that are not used.
        categories: columns that hold names, whatever they look like.
        features: columns that do not name their rows, whatever they look like.
        dates: how the dates of a column are written.
        positive: of two classes the one whose probability is predicted.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()
    categories: Sequence[str] = ()
    features: Sequence[str] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    positive: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """All that are named."""
        named = (*self.roles.values(), *self.ignored, *self.categories, *self.features)
        return (*named, *self.dates)


def propose(found: FileFormat, *, label: str, task: str | None = None, said: Said) -> Proposal:
    """Look at every column.

    Raises:
        CannotAdopt: columns that are not there, that can be read in two ways, or a label that
            nothing can be learnt from.
    """
    for name in (label, *said.columns):
        if name not in found.rows.columns:
            known = ", ".join(visible(str(column)) for column in found.rows.columns[:30])
            raise CannotAdopt(f"there is no column '{name}'; the columns are {known}")
    chosen, why = _task(found, label, task)
    proposal = Proposal(label=label, task=chosen, why=why, ignored=list(said.ignored))
    proposal.roles = dict(said.roles)
    if chosen == "binary":
        proposal.positive, proposal.positive_why = _positive(found, label, said.positive)
    elif said.positive:
        raise CannotAdopt(f"--positive '{said.positive}': the task is {chosen}, not binary")
    for name in found.rows.columns:
        _add(proposal, str(name), found, said)
    return proposal


def _add(proposal: Proposal, name: str, found: FileFormat, said: Said) -> None:
    texts = values(found, name)
    role = next((role for role, taken in said.roles.items() if taken == name), "")
    if name == proposal.label:
        kind = "number" if proposal.task == "regression" else "category"
        _put(proposal, name, Kind(type=kind, words="the label"))
    elif name in said.ignored:
        _put(proposal, name, Kind(type="category", words="ignored, as you say"))
    elif role:
        _put(proposal, name, _kind(name, texts, found, said), f"the {role}, as you say")
    elif texts.nunique() < 2:
        proposal.ignored.append(name)
        _put(proposal, name, Kind(type="category", words="ignored: it says one thing or nothing"))
    else:
        kind_of = _kind(name, texts, found, said)
        names_row = kind_of.names_row and name not in said.features
        _put(proposal, name, kind_of, _named(proposal, name, kind_of) if names_row else "")


def _put(proposal: Proposal, name: str, kind: Kind, words: str = "") -> None:
    proposal.columns[name] = kind.type
    proposal.reasons[name] = words or kind.words
    if kind.form:
        proposal.dates[name] = kind.form


def _named(proposal: Proposal, name: str, kind: Kind) -> str:
    """The first column that names its row is the identifier, and others are ignored."""
    ignored = "identifier" in proposal.roles
    if ignored:
        proposal.ignored.append(name)
    else:
        proposal.roles["identifier"] = name
    what = "ignored" if ignored else "names the row: no feature"
    return f"{what}; {kind.words} (--feature '{name}' if it is one)"


def _kind(name: str, texts: pd.Series, found: FileFormat, said: Said) -> Kind:
    """What somebody says that a column is, else what it looks like."""
    if name in said.categories:
        return Kind(type="category", words="a category, as you say")
    if form := said.dates.get(name, ""):
        date_forms.check(name, form, texts, found)
        words = f"a date, written as {form}, as you say: {date_forms.span(texts, form)}"
        return Kind(type="date", words=words, form=form)
    return column_kinds.kind_of(name, texts, found)


def values(found: FileFormat, name: str) -> pd.Series:
    """What a column says where it says something."""
    texts = found.rows[name].astype(str).str.strip()
    return texts[(texts != "") & ~texts.isin(found.missing)]


def _task(found: FileFormat, label: str, chosen: str | None) -> tuple[str, str]:
    texts = values(found, label)
    _check_complete(found, label, texts)
    if chosen in (None, "regression"):
        column_kinds.check_numbers(label, texts, found)
    distinct, numbers = texts.nunique(), is_number(texts, found)
    is_a_number = bool(numbers.all()) and not column_kinds.has_leading_zeros(texts)
    if chosen != "regression" and not (chosen is None and is_a_number and _many(texts, found)):
        column_kinds.check_alike(label, texts, found)
    if distinct < 2:
        raise CannotAdopt(f"{label} is '{texts.iloc[0]}' in every row: nothing is to be learnt")
    if chosen == "regression" and not numbers.all():
        wrong = texts[~numbers]
        place = f"{found.name}, row {int(wrong.index[0]) + 1}"
        raise CannotAdopt(f"{place}: {label} is '{wrong.iloc[0]}', no number to be predicted")
    if chosen == "binary" and distinct != 2:
        raise CannotAdopt(f"{label} has {distinct} values, a binary task has two")
    if chosen:
        return chosen, "you say so"
    if distinct == 2:
        return "binary", f"{label} has two values"
    if is_a_number and distinct > FEW:
        return "regression", f"{label} is a number with {distinct} values"
    if distinct > max(FEW, len(texts) // 10):
        raise CannotAdopt(f"{label} has {distinct} texts in {len(texts)} rows: too many classes")
    other = "; if it is a number to be predicted, say --task regression" if is_a_number else ""
    return "multiclass", f"{label} has {distinct} values{other}"


def _many(texts: pd.Series, found: FileFormat) -> bool:
    """More numbers than classes would have, however each is written."""
    return declared.numbers(texts, found.decimal, found.thousands).nunique() > FEW


def _check_complete(found: FileFormat, label: str, texts: pd.Series) -> None:
    """Raises: CannotAdopt, which says which word is taken for a missing label."""
    absent = found.rows.index.difference(texts.index)
    if not len(absent):
        return
    first, text = int(absent[0]), str(found.rows[label][absent[0]]).strip()
    rows = "1 row has" if len(absent) == 1 else f"{len(absent)} rows have"
    which = "" if len(absent) == 1 else ", this is the first"
    words = f" ('{text}' means missing; if it is a value, say --not-missing '{text}')" * bool(text)
    raise CannotAdopt(
        f"{found.name}, row {first + 1}: {rows} no {label}{which}{words}; take "
        f"{'it' if len(absent) == 1 else 'them'} out of the file"
    )


def _positive(found: FileFormat, label: str, said: str) -> tuple[str, str]:
    """The class that somebody says, or that a person would call positive, else the rarer one."""
    counts = values(found, label).value_counts()
    names = [str(name) for name in counts.index]
    if said:
        if said not in names:
            raise CannotAdopt(f"--positive '{said}' is no class of {label}: {' or '.join(names)}")
        return said, "you say so"
    known = [name for name in names if name.lower() in POSITIVE]
    if len(known) == 1:
        return known[0], "by its name"
    return names[-1], "the rarer one"
