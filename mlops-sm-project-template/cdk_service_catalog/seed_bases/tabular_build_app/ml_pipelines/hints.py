"""What a table looks like and does not say: rows that belong together, and rows in order of time."""

import re
from collections.abc import Iterator

import pandas as pd

from ml_pipelines import declared
from ml_pipelines.column_kinds import FEW, LIKE_AN_ID
from ml_pipelines.file_formats import FileFormat
from ml_pipelines.proposals import Proposal, values

FOLLOWS = 0.8
"""The share of what is to be known of the label that a column says alone."""
SAYS_ALL = 0.99
"""With that share, it is the label in other words."""
SAME = 0.9999
"""With that correlation, it is the label in another unit."""


def hints(found: FileFormat, proposal: Proposal) -> Iterator[str]:
    """Questions that only a person can answer, with the option that answers them."""
    apart = {proposal.label, *proposal.roles.values(), *proposal.ignored}
    for name, kind in proposal.columns.items():
        if name in apart:
            continue
        texts = values(found, name)
        if kind == "date" and "time" not in proposal.roles and _in_order(name, texts, proposal):
            yield (
                f"the rows are in the order of '{name}': if later ones are to be predicted from "
                f"earlier ones, say --time '{name}'"
            )
        if kind not in ("category", "number"):
            continue
        if _is_the_label(name, texts, found, proposal):
            yield (
                f"'{name}' alone says {proposal.label}: is it known before {proposal.label} is? If "
                f"not, say --ignore '{name}'"
            )
        elif "group" not in proposal.roles:
            yield from _group(name, texts, found, proposal)


def _is_the_label(name: str, texts: pd.Series, found: FileFormat, proposal: Proposal) -> bool:
    """Whether it says what is to be predicted, in the same words or in others."""
    if proposal.task == "regression" and proposal.columns[name] == "number":
        own, label = (
            declared.numbers(each, found.decimal, found.thousands).astype(float)
            for each in (texts, values(found, proposal.label))
        )
        return bool(abs(own.corr(label)) > SAME)
    few = 1 < texts.nunique() <= min(FEW, len(texts) // 5)
    return few and _says_of_label(texts, found, proposal) >= SAYS_ALL


def _in_order(name: str, texts: pd.Series, proposal: Proposal) -> bool:
    moments = declared.days(texts, proposal.dates.get(name, ""))
    ordered = moments.is_monotonic_increasing or moments.is_monotonic_decreasing
    return bool(ordered and moments.nunique() > FEW)


def _group(name: str, texts: pd.Series, found: FileFormat, proposal: Proposal) -> Iterator[str]:
    distinct = texts.nunique()
    if not FEW < distinct <= len(texts) / 2 or texts.str.contains("[.,]").any():
        return
    follows = _says_of_label(texts, found, proposal) >= FOLLOWS
    if not follows and not re.fullmatch(LIKE_AN_ID, name):
        return
    why = f", and {proposal.label} nearly follows from it" if follows else ""
    yield (
        f"'{name}' has {distinct} values in {len(texts)} rows{why}: if rows of one belong together, "
        f"such as those of a customer, say --group '{name}'; else the test asks for what is known"
    )


def _says_of_label(texts: pd.Series, found: FileFormat, proposal: Proposal) -> float:
    """Of a class: the share of errors that its most frequent value in each group spares; of a
    number: the share of its variance, beyond what so many groups say of any numbers."""
    label = values(found, proposal.label).loc[texts.index]
    if proposal.task == "regression":
        numbers = declared.numbers(label, found.decimal, found.thousands).astype(float)
        within = (numbers - numbers.groupby(texts).transform("mean")).pow(2).sum()
        within /= len(texts) - texts.nunique()
        return float(1 - within / numbers.var())
    if label.nunique() < 2:
        return 0.0
    always = label.value_counts(normalize=True).iloc[0]
    known = label.groupby(texts).agg(lambda group: group.value_counts().iloc[0]).sum() / len(label)
    return float((known - always) / (1 - always))
