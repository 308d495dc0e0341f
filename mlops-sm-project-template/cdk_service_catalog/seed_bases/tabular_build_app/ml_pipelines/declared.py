"""`project.yml` of this repository, checked: form, names, and whether they fit together."""

import ast
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
    OWN,
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
    "OWN",
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
    if found.algorithm == OWN and found.own.file:
        yield from _own_problems(found, root / found.own.file)


def _own_problems(found: Declaration, file: Path) -> Iterator[Problem]:
    """Read and not run: what a file of one's own has at its top level."""
    named = found.own
    if not file.is_file():
        yield ("model", "file"), f"there is no {named.file}"
        return
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        yield ("model", "file"), f"{named.file} is not Python: {error}"
        return
    known = sorted({name for node in tree.body for name in _names(node)})
    if named.name not in known:
        words = f"{named.file} has no '{named.name}' at its top level; it has "
        yield ("model", "name"), words + (", ".join(known) or "nothing")


def _names(node: ast.stmt) -> Iterator[str]:
    """What a statement gives a name to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
