"""Why a job has failed stands where SageMaker reads it, foreseen or not."""

import ast
import sys
from pathlib import Path

import pytest
from failures import END_OF_LOG, LONGEST, OWN_WORDS, ended, fail, leave

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


def test_a_failure_ends_with_the_last_lines_of_the_log_that_say_more(output: Path) -> None:
    def script() -> int:
        print("100 rows")
        print("trial 1: 0.5\rtrial 2: 0.4")
        print("it is too hot", file=sys.stderr)
        print("it burns", file=sys.stderr, end="")
        return fail("it burns: it is too hot")

    assert ended(script) == 1
    wanted = f"it burns: it is too hot\n{END_OF_LOG}\n100 rows\ntrial 2: 0.4"
    assert (output / "failure").read_text() == (output / "message").read_text() == wanted
    assert ended(lambda: fail("another")) == 1
    assert (output / "failure").read_text() == "another"


def test_the_end_of_a_log_takes_no_room_from_the_reason(output: Path) -> None:
    def script(reason: str) -> int:
        for number in range(100):
            print(f"row {number}: {'x' * 60}")
        return fail(reason)

    assert ended(lambda: script("bad")) == 1
    left = (output / "failure").read_text()
    assert LONGEST - OWN_WORDS - 70 < len(left) <= LONGEST - OWN_WORDS
    assert left.startswith(f"bad\n{END_OF_LOG}\nrow ")
    assert left.endswith(f"row 99: {'x' * 60}")
    assert ended(lambda: script("y" * LONGEST)) == 1
    assert (output / "failure").read_text() == "y" * LONGEST


def test_a_script_writes_what_it_writes(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def script() -> None:
        print("one", "two", sep="\n", flush=True)
        assert not sys.stdout.isatty()

    assert ended(script) == 0
    assert capsys.readouterr().out == "one\ntwo\n"


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
