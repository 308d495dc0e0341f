"""`project.yml` of this repository, checked: form, names, and whether they fit together."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from ml_pipelines import project_file
from ml_pipelines.project_file import SCHEMA, BadDeclaration, Problem
from ml_pipelines.sources import REPOSITORY, SCRIPTS

if not (REPOSITORY / SCRIPTS).is_dir():
    raise FileNotFoundError(
        f"{REPOSITORY} has no '{SCRIPTS}'; run the command in the folder of the repository"
    )
sys.path.insert(0, str(REPOSITORY / SCRIPTS))

from declaration import NAME, Declaration, declared  # noqa: E402
from tasks import problems  # noqa: E402

from ml_pipelines import fitting  # noqa: E402

__all__ = ["SCHEMA", "BadDeclaration", "Declaration", "read"]


def read(file: Path = REPOSITORY / NAME, *, sized: bool = True) -> Declaration:
    """The declaration of this repository, or of another file.

    Args:
        sized: also check whether its machines hold its base model.

    Raises:
        BadDeclaration: there is no such file, or something in it is wrong.
    """

    def wrong(found: Declaration, root: Path) -> Iterator[Problem]:
        yield from _problems(found, root)
        if sized:
            yield from fitting.problems(found)

    return project_file.read(file, declared, wrong)


def hyperparameters() -> tuple[str, ...]:
    """The names that the training knows: those that the schema allows."""
    model = json.loads(SCHEMA.read_text(encoding="utf-8"))["properties"]["model"]["properties"]
    return tuple(model["hyperparameters"]["properties"])


def _problems(found: Declaration, root: Path) -> Iterator[Problem]:
    yield from problems(found)
    if not (root / found.data.file).exists():
        yield ("data", "file"), f"there is no {found.data.file}"
