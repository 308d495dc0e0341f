"""A model of one's own: what makes it, what it must be able to do, and what serves it."""

import ast
import io
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from declaration import OWN, Declaration
from models import Model
from sklearn.base import clone
from tables import BadData

PACKAGES = ("joblib", "numpy", "pandas", "scipy", "sklearn", "threadpoolctl")
"""What scikit-learn's image has to make and to load a model (aws/sagemaker-scikit-learn-container,
requirements.txt): an archive that needs more could be trained here, and not served there."""
FOLDER = Path(__file__).resolve().parent
LOADS = "import sys, joblib; sys.path.insert(0, sys.argv[1]); joblib.load(sys.argv[2])"


def make(found: Declaration, chosen: Mapping[str, float]) -> Any:
    """The declared estimator with the hyperparameters, not yet fitted.

    An estimator takes those that it has a parameter for, under its names; a function takes all.

    Raises:
        BadData: it cannot be made, or is no estimator for the task; the message says what to do.
    """
    given = {name: int(v) if float(v).is_integer() else v for name, v in chosen.items()}
    named = _named(found)
    where = f"{found.own.file}: {found.own.name}"
    if isinstance(named, type) and hasattr(named, "fit"):
        raise BadData(
            f"{where} is a class; make an estimator of it there, such as estimator = "
            f"{named.__name__}(), and say model.name: estimator"
        )
    try:
        made = _set(named, given) if hasattr(named, "fit") else named(given)
    except Exception as error:  # it may raise what it likes
        reason = f"{type(error).__name__}: {error}"
        raise BadData(f"{where} cannot be made of {given}: {reason}") from error
    needed = ("fit", "predict") if found.task == "regression" else ("fit", "predict_proba")
    if absent := [name for name in needed if not hasattr(made, name)]:
        kind = type(made).__name__
        raise BadData(f"{where} gives a {kind} without {absent[0]}, which {found.task} needs")
    return made


def _named(found: Declaration) -> Any:
    file = _file(found)
    if not file.is_file():
        raise BadData(f"there is no {found.own.file}, which model.file names")
    try:
        module = import_module(file.stem)
    except ImportError as error:
        raise BadData(
            f"{found.own.file}: {error}; the image has {', '.join(PACKAGES)} and no others"
        ) from error
    if not hasattr(module, found.own.name):
        raise BadData(f"{found.own.file} has no {found.own.name}, which model.name names")
    return getattr(module, found.own.name)


def _set(estimator: Any, given: Mapping[str, float]) -> Any:
    """A copy with the values; the seed is what scikit-learn calls random_state."""
    values = dict(given)
    seed = values.pop("seed")
    if "random_state" in estimator.get_params():
        values["random_state"] = seed
    return clone(estimator).set_params(**values)


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


def files(found: Declaration) -> dict[str, Path]:
    """The file of the model, and those beside it that it imports, and those that these import.

    Of a package, which is a folder beside it, all files. Their names are those in `source_scripts`.
    """
    if found.algorithm != OWN:
        return {}
    known: list[Path] = []
    waiting = [_file(found)]
    while waiting:
        file = waiting.pop()
        if file not in known:
            known.append(file)
            waiting += [beside for name in _imports(file) for beside in _all_beside(name)]
    return {file.relative_to(FOLDER).as_posix(): file for file in sorted(known)}


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


def _file(found: Declaration) -> Path:
    return _beside(Path(found.own.file).stem)


def _beside(name: str) -> Path:
    return FOLDER / f"{name}.py"


def _all_beside(name: str) -> list[Path]:
    beside = _beside(name)
    return [beside] if beside.is_file() else sorted((FOLDER / name).rglob("*.py"))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
