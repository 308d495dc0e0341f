"""The programs of `bench/` run as the documentation writes it, from the root of a checkout."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.fingerprint import source_files
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app

PYTHON = ".venv/bin/python"
SHOWN = re.compile(r"(\S*python3?) (rehearsal/bench/\S+?\.py)")


def shown() -> set[tuple[str, str]]:
    """Each program of the bench that a page or a docstring shows, and what it is run with."""
    files = [f for f in source_files([REPOSITORY_ROOT]) if f.suffix in (".md", ".py")]
    texts = (f.read_text(encoding="utf-8") for f in files if f != Path(__file__))
    return {(m[1].lstrip("`(\"'"), m[2]) for text in texts for m in SHOWN.finditer(text)}


def test_each_is_run_with_the_python_that_has_its_packages() -> None:
    found = shown()
    assert len(found) >= 8
    assert {python for python, _ in found} == {PYTHON}


@pytest.mark.parametrize("program", sorted({program for _, program in shown()}))
def test_each_says_what_it_is_asked_for(program: str) -> None:
    done = subprocess.run(
        [sys.executable, program, "--help"],
        cwd=REPOSITORY_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout
