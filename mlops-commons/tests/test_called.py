"""What looks or refuses is called: the test of a function does not tell that anything asks it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from mlops_commons.utilities.paths import APP_DIRECTORIES, REPOSITORY_ROOT

pytestmark = pytest.mark.pure

PACKAGES: Final = (
    "mlops-commons/mlops_commons",
    "mlops-infra/mlops_infra",
    "mlops-sm-project-template/cdk_service_catalog",
)
LOOKS: Final = re.compile(r"look_at_|look_for_|check_|refuse_|refused_by_|judge_|not_refused_")
CHECKS: Final = "config/checks/"
"""Every public function there that yields problems is one."""


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Those of the platform and of the repositories of new projects, without their tests."""
    for package in PACKAGES:
        for file in sorted((REPOSITORY_ROOT / package).rglob("*.py")):
            if "tests" not in file.parts:
                yield file, ast.parse(file.read_text(encoding="utf-8"))


def named(tree: ast.AST) -> Iterator[str]:
    """What a module names besides its own definitions and imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def looks(file: Path, function: ast.FunctionDef) -> bool:
    """Whether a function looks for something that is wrong."""
    if LOOKS.match(function.name):
        return True
    gives = ast.unparse(function.returns) if function.returns else ""
    public = not function.name.startswith("_")
    return CHECKS in file.as_posix() and public and gives == "Iterator[Problem]"


def uncalled(found: list[tuple[Path, ast.Module]]) -> list[str]:
    names = {name for _, tree in found for name in named(tree)}
    return [
        f"{file.relative_to(REPOSITORY_ROOT)}: {node.name}"
        for file, tree in found
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and looks(file, node) and node.name not in names
    ]


@pytest.mark.skipif(
    not all((REPOSITORY_ROOT / app).is_dir() for app in APP_DIRECTORIES.values()),
    reason="what one app alone asks for is in the other one's code",
)
def test_whatever_looks_or_refuses_is_called() -> None:
    found = list(modules())
    functions = [(file, node) for file, tree in found for node in tree.body]
    assert sum(isinstance(n, ast.FunctionDef) and looks(f, n) for f, n in functions) > 90
    assert uncalled(found) == []


def test_a_function_that_nobody_calls_is_found() -> None:
    file = REPOSITORY_ROOT / "mlops-commons" / "mlops_commons" / "doctor" / "new.py"
    text = "def look_at_tapes(): ...\ndef look_at_discs(): ...\ndef all(): return look_at_discs()\n"
    assert uncalled([(file, ast.parse(text))]) == [
        "mlops-commons/mlops_commons/doctor/new.py: look_at_tapes"
    ]
