"""What each column of a table is for: a proposal with a reason, which a person then corrects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ml_pipelines.file_formats import CannotAdopt, FileFormat, is_number

FEW = 20
"""So many values of a number, and it may as well be a class."""
WORDS = 3
DIRT = 0.05
"""Fewer texts than this share among numbers are mistakes, and no category."""
POSITIVE = ("1", "yes", "true", "y", "t", "positive")
METRICS = {"regression": "rmse", "binary": "average_precision", "multiclass": "balanced_accuracy"}


@dataclass(kw_only=True)
class Proposal:
    """What `project.yml` may say.

    Attributes:
        columns: the type of each.
        roles: identifier, group and time, where there is one.
        reasons: for each column, in words.
        why: the task is this one.
    """

    label: str
    task: str
    why: str
    positive: str = ""
    columns: dict[str, str] = field(default_factory=dict)
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


def propose(
    found: FileFormat, *, label: str, task: str | None = None, roles: Mapping[str, str]
) -> Proposal:
    """Look at every column.

    Args:
        roles: identifier, group and time as somebody said; a column with an empty role is ignored.

    Raises:
        CannotAdopt: columns that are not there, or a label that nothing can be learnt from.
    """
    named = [label, *(name for name in roles.values() if name)]
    ignored = [name for name, role in roles.items() if not role]
    for name in (*named, *ignored):
        if name not in found.rows.columns:
            known = ", ".join(map(str, found.rows.columns[:30]))
            raise CannotAdopt(f"there is no column '{name}'; the columns are {known}")
    chosen, why = _task(found, label, task)
    proposal = Proposal(label=label, task=chosen, why=why, ignored=ignored)
    proposal.roles = {role: name for role, name in roles.items() if name}
    if chosen == "binary":
        proposal.positive = _positive(found, label)
    for name in found.rows.columns:
        _add(proposal, str(name), found)
    return proposal


def _add(proposal: Proposal, name: str, found: FileFormat) -> None:
    texts = values(found, name)
    kind, words = "category", "ignored, as you say"
    if name not in proposal.ignored:
        kind, words = _kind(name, texts, found)
    role = next((role for role, taken in proposal.roles.items() if taken == name), "")
    if name == proposal.label:
        kind = "number" if proposal.task == "regression" else "category"
        words = "the label"
    elif role or name in proposal.ignored:
        words = f"the {role}, as you say" if role else "ignored, as you say"
    elif texts.nunique() < 2:
        proposal.ignored.append(name)
        words = "ignored: the same in every row"
    elif words.startswith("names"):
        taken = proposal.roles.get("identifier")
        proposal.ignored.extend([name] if taken else [])
        proposal.roles.setdefault("identifier", name)
        words = (
            "ignored: another value in nearly every row" if taken else "names the row: no feature"
        )
    proposal.columns[name] = kind
    proposal.reasons[name] = words


def values(found: FileFormat, name: str) -> pd.Series:
    """What a column says where it says something."""
    texts = found.rows[name].astype(str).str.strip()
    return texts[(texts != "") & ~texts.isin(found.missing)]


def _check_numbers(name: str, texts: pd.Series, found: FileFormat) -> None:
    """Refuse a few texts among numbers: as categories, the numbers would mean nothing."""
    numbers = is_number(texts, found)
    wrong = texts[~numbers]
    if 0 < len(wrong) <= DIRT * len(texts) and texts[numbers].nunique() > FEW:
        place = f"{found.name}, row {int(wrong.index[0]) + 1}"
        others = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise CannotAdopt(
            f"{place}: {name} is '{wrong.iloc[0]}'{others}, the others are numbers; correct it, "
            f"say --missing '{wrong.iloc[0]}' if it means nothing, or --ignore '{name}'"
        )


def _kind(name: str, texts: pd.Series, found: FileFormat) -> tuple[str, str]:
    rows, distinct = len(texts), texts.nunique()
    if not rows:
        return "category", "empty"
    unique = distinct == rows
    if bool(is_number(texts, found).all()):
        whole = not texts.str.contains(r"[.,]").any()
        first = texts.iloc[:2].tolist()
        counting = whole and unique and first in (["0", "1"], ["1", "2"])
        return "number", "names the row" if counting else "a number"
    if bool(pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).notna().all()):
        return "date", "a date"
    _check_numbers(name, texts, found)
    words = float(texts.str.split().str.len().mean())
    if words >= WORDS and distinct > FEW:
        return "text", f"free words, {words:.0f} in a row"
    if distinct > max(FEW, rows // 2):
        return "category", "names the row"
    return "category", f"{distinct} different texts"


def _task(found: FileFormat, label: str, chosen: str | None) -> tuple[str, str]:
    texts = values(found, label)
    if absent := len(found.rows) - len(texts):
        first = int(found.rows.index.difference(texts.index)[0]) + 1
        raise CannotAdopt(
            f"{found.name}, row {first}: {absent} rows have no {label}, this is the first; take "
            "them out of the file"
        )
    if chosen in (None, "regression"):
        _check_numbers(label, texts, found)
    distinct, numbers = texts.nunique(), bool(is_number(texts, found).all())
    if distinct < 2:
        raise CannotAdopt(f"{label} is '{texts.iloc[0]}' in every row: nothing is to be learnt")
    if chosen == "regression" and not numbers:
        wrong = texts[~is_number(texts, found)]
        place = f"{found.name}, row {int(wrong.index[0]) + 1}"
        raise CannotAdopt(f"{place}: {label} is '{wrong.iloc[0]}', no number to be predicted")
    if chosen == "binary" and distinct != 2:
        raise CannotAdopt(f"{label} has {distinct} values, a binary task has two")
    if chosen:
        return chosen, "you say so"
    if distinct == 2:
        return "binary", f"{label} has two values"
    if numbers and distinct > FEW:
        return "regression", f"{label} is a number with {distinct} values"
    if distinct > max(FEW, len(texts) // 10):
        raise CannotAdopt(f"{label} has {distinct} texts in {len(texts)} rows: too many classes")
    other = "; if it is a number to be predicted, say --task regression" if numbers else ""
    return "multiclass", f"{label} has {distinct} values{other}"


def _positive(found: FileFormat, label: str) -> str:
    """The class that a person would call positive, else the rarer one."""
    counts = values(found, label).value_counts()
    known = [str(name) for name in counts.index if str(name).lower() in POSITIVE]
    return known[0] if known else str(counts.index[-1])
