"""A training that loses its machine and gets another one, as processes on this machine."""

import subprocess
import sys
import time
from pathlib import Path

from ml_pipelines.local_jobs import CODE

PROGRAM = f"""
import sys
sys.path.insert(0, {str(CODE)!r})
import checkpoints, train
checkpoints.kept_in = lambda: checkpoints.ml_root() / "checkpoints"
train.SAVE_EVERY = 2
train.main()
"""
LONGEST = 300


def started(root: Path) -> "subprocess.Popen[str]":
    """The training script of this repository, with a checkpoint after each second step."""
    environment = {"ML_ROOT": str(root), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def killed_after_a_checkpoint(root: Path) -> int:
    """Take the machine away when something is kept; how many steps that are."""
    process = started(root)
    end = time.monotonic() + LONGEST
    while not (found := [*root.glob("checkpoints/checkpoint-*/files.json")]):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end, "nothing is kept"
        time.sleep(0.02)
    process.kill()
    process.wait()
    return max(int(file.parent.name.rpartition("-")[2]) for file in found)


def gone_on(root: Path) -> str:
    """Start it again on what is there, and what it says."""
    process = started(root)
    said, _ = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, said
    return said
