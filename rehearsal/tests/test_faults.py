"""Faults as people make them are caught: the half that shows before the pipelines run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.paths import REPOSITORY_ROOT

BENCHMARK = REPOSITORY_ROOT / "rehearsal" / "bench" / "faults.py"


@pytest.mark.rehearsal
@pytest.mark.skipif(not BENCHMARK.is_file(), reason="benchmarks are in the monorepo only")
def test_every_fault_that_shows_before_the_pipelines_is_caught(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--fast"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith(("caught", "NOT"))]
    assert len(rows) >= 19, done.stdout + done.stderr
    assert [row for row in rows if not row.startswith("caught")] == []
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
