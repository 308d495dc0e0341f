"""The approved version beside a new one: the same rows, its own code, and which rows it has learnt."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import training_record
from archives import ANYWAY, NONE, NotRegistered, registered, unpack
from comparison import Loss, Numbers, Scored, loss
from declaration import Declaration


@dataclass(frozen=True)
class Approved:
    """The approved version's model.

    Attributes:
        folder: where it is unpacked.
        seen: fingerprints of the rows of its training; none where it has left none.
        base_model: the hash of what it was made of; empty where it does not say.
    """

    version: str
    folder: Path
    seen: frozenset[str]
    base_model: str = ""

    def unseen(self, fingerprints: Sequence[str]) -> Numbers:
        """The places of the rows that it has not learnt, so that the comparison is fair."""
        return np.flatnonzero([each not in self.seen for each in fingerprints])

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While its own code answers.

        Raises:
            SystemExit: it cannot.
        """
        try:
            yield
        # What a model's own code raises, the server's end included.
        except (Exception, SystemExit) as error:
            raise SystemExit(
                f"{self.version} cannot answer the rows of today ({error}){ANYWAY}"
            ) from error


def approved_version(
    inputs: Path, version: str, sha256: str, target: Path, found: Declaration
) -> Approved | None:
    """The approved version, unpacked; None where none is approved or compared.

    Args:
        inputs: the folder that holds its archive.
        version: its ARN, or `none`.
        sha256: the hash under which it was sealed.

    Raises:
        SystemExit: it is not that version.
    """
    if version == NONE or not found.gate.compare_with_approved:
        return None
    try:
        unpack(registered(inputs, version, sha256), target)
    except NotRegistered as error:
        raise SystemExit(str(error)) from None
    record = training_record.read(target)
    base_model = str(record.content.get(training_record.BASE_MODEL, ""))
    return Approved(version, target, record.seen, base_model)


def compared(
    version: str, unseen: Numbers, rows: Scored, found: Declaration, *, same_base: bool
) -> Loss:
    """What is lost against the approved version, on the rows that neither model has learnt.

    Args:
        same_base: whether both were made of one base model. A newer one may well be better than what
            was made of an older one: that is why people change it, and no sign of other data.

    Raises:
        SystemExit: there are too few such rows, or the approved version is surely worse than its base
            model on them.
    """
    minimum = found.gate.minimum_rows
    if len(unseen) < minimum:
        raise SystemExit(
            f"{version} cannot be compared: of {len(rows)} rows of the test set {len(unseen)} were "
            f"not in its training, and gate.minimum_rows is {minimum}{ANYWAY}"
        )
    lost = loss(rows.of(unseen), found.split.seed)
    if same_base and lost.approved_most < 0:
        raise SystemExit(
            f"{version} is worse than the base model on this test set ({found.gate.label} "
            f"{lost.value:.4g}): the data seem to ask for something else than when it was approved. "
            f"Look at them; if that is as it should be,{ANYWAY[1:]}"
        )
    return lost
