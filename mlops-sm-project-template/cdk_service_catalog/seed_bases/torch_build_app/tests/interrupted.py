"""A training that loses its machine and gets another one, as processes on this machine."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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


def ends_as_if_it_had_not(
    done: Path,
    folder: Path,
    values: Mapping[str, int],
    weights: Callable[[Path], Mapping[str, Any]],
) -> None:
    """A training that loses its machine goes on, with the weights and losses of one that does not.

    Args:
        done: the root of a training, whose input both have.
        values: the hyperparameters.
        weights: reads the tensors of a model's folder.
    """
    lost, whole = (_prepared(done, folder / name, values) for name in ("lost", "whole"))
    kept = killed_after_a_checkpoint(lost)
    said = gone_on(lost)
    (step,) = [int(line.split()[3]) for line in said.splitlines() if "goes on after" in line]
    assert kept <= step < values["max_steps"]
    assert "goes on" not in gone_on(whole)
    (found, losses), (wanted, all_losses) = (
        (weights(root / "model"), _losses(root / "model")) for root in (lost, whole)
    )
    assert [number for number, _ in losses] == [*range(1, values["max_steps"] + 1)]
    assert [loss for _, loss in losses] == pytest.approx([loss for _, loss in all_losses], rel=1e-3)
    assert all(np.allclose(found[name], wanted[name], atol=1e-5) for name in wanted)


def _prepared(done: Path, root: Path, values: Mapping[str, int]) -> Path:
    shutil.copytree(done / "input", root / "input")
    texts = {name: str(value) for name, value in values.items()}
    (root / "input" / "config" / "hyperparameters.json").write_text(json.dumps(texts))
    return root


def _losses(folder: Path) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = json.loads((folder / "curves.json").read_text())["loss"]
    return found
