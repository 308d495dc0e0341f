"""The oldest supported Python is stated once, and nothing says or uses another."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_commons.utilities.toolchain import least_python

pytestmark = pytest.mark.pure

LEAST = least_python()
STATEMENTS = {
    "requires-python": (r'^requires-python = ">=([0-9.]+)"', "pyproject.toml"),
    "mypy": (r'^python_version = "([0-9.]+)"', "pyproject.toml"),
    "ruff": (r'^target-version = "py(\d+)"', "pyproject.toml"),
    "locks": (r"--python-version ([0-9.]+)", ".md"),
    "documentation": (r"Python (3[0-9.]*\d) or later", ".md"),
}
"""Every place that states a Python: a pattern, and how the names of its files end."""
FILES = [
    file
    for file in source_files([REPOSITORY_ROOT])
    if file.suffix in (".md", ".toml", ".py") and "node_modules" not in file.parts
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_of_the_oldest_python_is_the_same(statement: str) -> None:
    pattern, ending = STATEMENTS[statement]
    stated = {
        f"{file.relative_to(REPOSITORY_ROOT)}: {found}"
        for file in FILES
        if file.name.endswith(ending)
        for found in re.findall(pattern, file.read_text(encoding="utf-8"), re.MULTILINE)
        if found not in (LEAST, LEAST.replace(".", ""))
    }
    assert stated == set()


def test_the_documentation_states_it() -> None:
    readme = (REPOSITORY_ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Python {LEAST} or later" in readme


def test_the_scripts_read_the_same_line() -> None:
    script = REPOSITORY_ROOT / "mlops-commons/mlops_commons/scripts/find-python.sh"
    printed = subprocess.run(
        ["/bin/bash", "-c", '. "$0"; least_python', script],
        env={"MLOPS_ROOT": str(REPOSITORY_ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == f"{LEAST}\n"


GUARDED = {
    "rehearsal/ministack_aws/archives.py",
    "mlops-sm-project-template/cdk_service_catalog/seed_bases/build_app/source_scripts/archives.py",
}


def test_nothing_unpacks_with_the_filter_of_a_later_patch_release() -> None:
    """`extractall(filter=)` came with 3.11.4, which no check of minor versions can see."""
    uses = {
        str(file.relative_to(REPOSITORY_ROOT))
        for file in FILES
        if file.suffix == ".py"
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("extract", "extractall")
        and any(keyword.arg == "filter" for keyword in call.keywords)
    }
    assert uses <= GUARDED


def test_a_newer_module_is_found_by_the_check_of_code_without_types(tmp_path: Path) -> None:
    (tmp_path / "newer.py").write_text("import itertools\nitertools.batched([1], 1)\n")
    vermin = Path(sys.executable).with_name("vermin")
    command = [vermin, f"--target={LEAST}-", "--violations", "--quiet", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "itertools.batched" in done.stdout) == (1, True)
