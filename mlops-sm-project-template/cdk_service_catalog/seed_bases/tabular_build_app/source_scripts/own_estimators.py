"""An estimator of one's own: what makes it, and of which files it consists."""

import ast
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from declaration import OWN, Declaration
from sklearn.base import clone
from tables import BadData

PACKAGES = ("joblib", "numpy", "pandas", "scipy", "sklearn", "threadpoolctl")
"""What scikit-learn's image has to make and to load a model (aws/sagemaker-scikit-learn-container,
requirements.txt): an archive that needs more could be trained here, and not served there."""
FOLDER = Path(__file__).resolve().parent


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
