"""`project.yml` of this repository, checked: form, names, and whether they fit together."""

import sys
from collections.abc import Iterator
from pathlib import Path

from ml_pipelines import project_file
from ml_pipelines.project_file import SCHEMA, BadDeclaration
from ml_pipelines.sources import REPOSITORY, SCRIPTS

if not (REPOSITORY / SCRIPTS).is_dir():
    raise FileNotFoundError(
        f"{REPOSITORY} has no '{SCRIPTS}'; run the command in the folder of the repository"
    )
sys.path.insert(0, str(REPOSITORY / SCRIPTS))

from declaration import (  # noqa: E402
    BIAS,
    METRIC_GROUPS,
    METRICS,
    NAME,
    XGBOOST,
    Declaration,
    Problem,
    declared,
    problems,
    wrong_form,
)
from parquet import read as read_parquet  # noqa: E402
from tables import short_row  # noqa: E402
from written import as_text, days, numbers, signs  # noqa: E402

__all__ = [
    "BIAS",
    "METRICS",
    "METRIC_GROUPS",
    "NAME",
    "SCHEMA",
    "XGBOOST",
    "BadDeclaration",
    "Declaration",
    "as_text",
    "days",
    "numbers",
    "read",
    "read_parquet",
    "short_row",
    "signs",
    "wrong_form",
]


def read(file: Path = REPOSITORY / NAME) -> Declaration:
    """The declaration of this repository, or of another file.

    Raises:
        BadDeclaration: there is no such file, or something in it is wrong.
    """
    return project_file.read(file, declared, _problems)


def _problems(found: Declaration, root: Path) -> Iterator[Problem]:
    yield from problems(found)
    if not (root / found.table.file).exists():
        yield ("data", "file"), f"there is no {found.table.file}"
