"""A model of one's own, once it is fitted: whether it can be judged, kept and served."""

import io
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from declaration import OWN, Declaration
from models import Model
from own_estimators import PACKAGES
from tables import BadData

LOADS = "import sys, joblib; sys.path.insert(0, sys.argv[1]); joblib.load(sys.argv[2])"


def check(model: Model, rows: pd.DataFrame, found: Declaration) -> None:
    """Whether a fitted model answers as what judges and serves it expects.

    Raises:
        BadData: it does not.
    """
    if found.algorithm != OWN:
        return
    scores = model.scores(rows)
    wanted = (len(rows), len(model.classes)) if model.classes else (len(rows),)
    if scores.shape != wanted or not np.isfinite(scores).all():
        shown = "numbers that are not finite" if scores.shape == wanted else f"{scores.shape}"
        raise BadData(
            f"{found.own.file}: {found.own.name} answers {len(rows)} rows with {shown}; "
            f"finite numbers of the shape {wanted} are needed"
        )


def served(model: Model, target: Path, found: Declaration) -> None:
    """Whether the archive that a training leaves can be loaded where it serves.

    Raises:
        BadData: it holds something of a package that the image has not.
    """
    if found.algorithm != OWN:
        return
    own = {place.stem for place in (target / "code").iterdir()}
    known = {*sys.stdlib_module_names, *PACKAGES, *found.own.packages, *own}
    if strange := sorted(name for name in _held(model) if name.partition(".")[0] not in known):
        raise BadData(
            f"{found.own.file}: the fitted model holds {strange[0]}, which the image that serves "
            f"has not; use {', '.join(PACKAGES)} and files of source_scripts/, or the product "
            "with an image of your own and model.packages"
        )
    # In a process of its own: what serves has the files of the archive alone.
    command = [
        sys.executable,
        "-I",
        "-c",
        LOADS,
        str(target / "code"),
        str(target / "model.joblib"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise BadData(f"{found.own.file}: what serves cannot load the model: {''.join(last)}")


class _Named(pickle.Unpickler):
    """Remembers the names of what it loads."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content))
        self.names: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        """As every class and function of a pickle is found."""
        self.names.add(f"{module}.{name}")
        return super().find_class(module, name)


def _held(model: Model) -> set[str]:
    found = _Named(pickle.dumps(model))
    found.load()
    return found.names


def dump(model: Model, file: Path, found: Declaration) -> None:
    """Write a fitted model.

    Raises:
        BadData: a model of one's own that cannot be pickled, such as one with a lambda.
    """
    try:
        joblib.dump(model, file)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        if found.algorithm != OWN:
            raise
        raise BadData(
            f"{found.own.file}: the fitted model cannot be kept: {error}; functions and classes "
            "of it belong to the top level of a file"
        ) from error
