"""The approved version on the rows of this evaluation: what a new one must not be worse than."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import training_record
from archives import ANYWAY, NONE, NotRegistered, registered, unpack
from comparison import Loss, loss
from declaration import Declaration
from metrics import Evaluated, Numbers
from scoring import CannotScore, Scores, score
from tables import BadData


@dataclass(frozen=True)
class Approved:
    """The approved version's scores of the test set.

    Attributes:
        unseen: the rows that were not in its training, so that the comparison is fair.
    """

    version: str
    scores: Numbers
    unseen: Numbers


def approved_version(
    folder: Path, version: str, sha256: str, test: pd.DataFrame, classes: tuple[str, ...]
) -> Approved | None:
    """What the approved version says of the test set; None where no version is approved.

    Args:
        folder: the input that holds its archive.
        version: its ARN, or `none`.
        sha256: the hash under which it was sealed.
        classes: the order of the columns of the scores.

    Raises:
        BadData: it is not that version, or it cannot be compared.
    """
    if version == NONE:
        return None
    try:
        archive = registered(folder, version, sha256)
    except NotRegistered as error:
        raise BadData(str(error)) from None
    model = folder / "unpacked"
    unpack(archive, model)
    try:
        (found,) = score(model, [test])
        seen = training_record.read(model).has_seen(test)
    except (CannotScore, KeyError) as error:
        raise BadData(f"{version} cannot read the rows of today ({error}){ANYWAY}") from None
    return Approved(version, in_order(found, classes, version), np.flatnonzero(~seen.to_numpy()))


def in_order(found: Scores, classes: tuple[str, ...], version: str) -> Numbers:
    """The scores with a column for each of today's classes.

    Raises:
        BadData: the version predicts something else.
    """
    if {*found.classes}.isdisjoint(classes) and (found.classes or classes):
        known = ", ".join(found.classes) or "a number"
        raise BadData(f"{version} predicts {known}, this model something else{ANYWAY}")
    if not classes:
        return found.values
    places = {name: place for place, name in enumerate(found.classes)}
    nothing = np.zeros(len(found.values))
    columns = [found.values[:, places[name]] if name in places else nothing for name in classes]
    known = np.column_stack(columns)
    total = known.sum(axis=1, keepdims=True)
    return np.divide(known, total, out=np.full_like(known, 1 / len(classes)), where=total > 0)


def compared(approved: Approved, rows: Evaluated, found: Declaration) -> Loss:
    """What is lost against the approved version, on the rows that neither model has seen.

    Raises:
        BadData: there are too few such rows, or the approved version is worse than no model on them.
    """
    try:
        lost = loss(rows.of(approved.unseen), found)
    except BadData as error:
        raise BadData(
            f"{approved.version} cannot be compared: of {len(rows.truth)} rows of the test set "
            f"{len(approved.unseen)} were not in its training; {error}{ANYWAY}"
        ) from None
    if lost.approved_most < 0:
        raise BadData(
            f"{approved.version} predicts worse than no model on this test set ({found.gate.metric} "
            f"{lost.value:.4g}): the labels or columns of the data seem to mean something else than "
            f"when it was approved. Look at the data; if the world has changed{ANYWAY[1:]}"
        )
    return lost
