"""Why a job has failed stands where SageMaker reads it, foreseen or not."""

import ast
import sys
from pathlib import Path

import pytest
from failures import LONGEST, ended, fail, leave

from ml_pipelines.sources import REPOSITORY

OF_ANOTHER_JOB = ("scoring.py", "handlers.py")
"""Processes that a job starts, whose failure the job tells."""


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ML_ROOT", str(tmp_path))
    return tmp_path / "output"


def _broken() -> None:
    raise MemoryError("no memory is left")


def test_a_failure_that_nobody_has_foreseen_is_left_with_its_place(output: Path) -> None:
    with pytest.raises(MemoryError):
        ended(_broken)
    for name in ("failure", "message"):
        left = (output / name).read_text()
        assert left.startswith("MemoryError: no memory is left\ntest_failures.py, line ")
        assert 'raise MemoryError("no memory is left")' in left


@pytest.mark.parametrize(
    ("code", "result", "words"),
    [(0, 0, ""), (None, 0, ""), (2, 2, ""), ("there is no data", 1, "there is no data")],
)
def test_a_script_ends_with_the_code_that_it_chooses(
    output: Path, code: int | str | None, result: int, words: str
) -> None:
    assert ended(lambda: sys.exit(code)) == result
    assert (output / "failure").is_file() == bool(words)
    assert not words or (output / "failure").read_text() == words
    assert ended(lambda: None) == 0
    assert ended(lambda: fail("bad")) == 1


def test_a_job_that_has_done_its_work_says_so_and_no_more_than_is_kept(output: Path) -> None:
    leave("x" * 2 * LONGEST)
    assert len((output / "message").read_text()) == LONGEST
    assert not (output / "failure").exists()


def test_every_script_of_a_job_leaves_why_it_failed() -> None:
    scripts = [
        file
        for file in (REPOSITORY / "source_scripts").glob("*.py")
        if '__name__ == "__main__"' in file.read_text() and file.name not in OF_ANOTHER_JOB
    ]
    assert len(scripts) > 2
    for file in scripts:
        *_, last = ast.parse(file.read_text()).body
        assert "sys.exit(ended(main))" in ast.unparse(last), file.name
