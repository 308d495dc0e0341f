"""What is kept of a training on spare machines, and what of it counts."""

from dataclasses import replace
from pathlib import Path

import checkpoints
import pytest
from declaration import declaration


def kept(folder: Path, step: int) -> Path:
    checkpoint = folder / f"checkpoint-{step}"
    checkpoint.mkdir()
    (checkpoint / "weights").write_bytes(b"0" * step)
    checkpoints.complete(checkpoint)
    return checkpoint


@pytest.mark.parametrize("spot", [True, False])
def test_only_a_training_that_may_lose_its_machine_keeps_what_it_has(
    spot: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = declaration()
    found = replace(found, machines=replace(found.machines, spot=spot))
    monkeypatch.setattr(checkpoints, "declaration", lambda: found)
    monkeypatch.setenv("ML_ROOT", str(tmp_path))
    assert checkpoints.kept_in() == (tmp_path / "checkpoints" if spot else None)


def test_the_last_whole_checkpoint_counts(tmp_path: Path) -> None:
    assert checkpoints.newest(None) is None
    assert checkpoints.newest(tmp_path / "none") is None
    first, second = kept(tmp_path, 9), kept(tmp_path, 10)
    assert checkpoints.newest(tmp_path) == second
    (second / "weights").write_bytes(b"0" * 4)
    assert checkpoints.newest(tmp_path) == first
    (first / checkpoints.LISTED).write_text('{"weights": 9')
    assert checkpoints.newest(tmp_path) is None
    (first / checkpoints.LISTED).unlink()
    assert checkpoints.newest(tmp_path) is None


def test_old_checkpoints_go(tmp_path: Path) -> None:
    for step in (2, 4, 10):
        kept(tmp_path, step)
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint-4", "checkpoint-10"}
