"""A model run with its own code, in a process of its own: `scoring.py MODEL ROWS ANSWERS`.

Two versions of a model have modules of the same names, so one process cannot hold both.
"""

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Numbers = np.ndarray[Any, Any]


class CannotScore(Exception):
    """The model's own code cannot read these rows; the message is the last line of its log."""


@dataclass(frozen=True)
class Scores:
    """What a model says of rows.

    Attributes:
        values: a number for each row, or the probability of each class: shape (rows, classes).
        classes: in the order of the columns of `values`; none for a regression.
    """

    values: Numbers
    classes: tuple[str, ...]


def score(
    model_dir: Path, tables: Sequence[pd.DataFrame], shuffled: Sequence[str] = (), seed: int = 0
) -> list[Scores]:
    """The scores of each table, from the serving code in the model's own folder.

    Args:
        shuffled: columns; for each one more scores follow, of the last table with the values of
            this column shuffled.

    Raises:
        CannotScore: that code failed.
    """
    with tempfile.TemporaryDirectory(prefix="scoring-") as folder:
        rows, answers = Path(folder) / "rows", Path(folder) / "answers"
        rows.write_bytes(pickle.dumps((list(tables), list(shuffled), seed)))
        done = subprocess.run(
            [sys.executable, __file__, str(model_dir), str(rows), str(answers)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise CannotScore(lines[-1])
        values, classes = pickle.loads(answers.read_bytes())
        return [Scores(found, classes) for found in values]


def main() -> None:
    """Write the scores of every table, and the names of the classes."""
    model_dir, rows, answers = map(Path, sys.argv[1:])
    # In place of this file's folder, where modules of the same names are those of this training.
    sys.path[0] = str(model_dir / "code")
    import inference

    model = inference.model_fn(str(model_dir))
    tables, shuffled, seed = pickle.loads(rows.read_bytes())
    values = [model.scores(table) for table in tables]
    source = np.random.default_rng(seed)
    for name in shuffled:
        values.append(
            model.scores(tables[-1].assign(**{name: source.permutation(tables[-1][name])}))
        )
    answers.write_bytes(pickle.dumps((values, tuple(model.classes))))


if __name__ == "__main__":
    main()
