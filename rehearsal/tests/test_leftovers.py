"""What a killed rehearsal leaves behind goes at the next start."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mlops_rehearsal.emulator.leftovers import OWNER, PREFIX, new_folder

pytestmark = pytest.mark.pure


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def folder_of(temporary: Path, name: str, process: str) -> Path:
    folder = temporary / f"{PREFIX}{name}"
    folder.mkdir()
    (folder / OWNER).write_text(process)
    return folder


def test_folders_of_processes_that_are_gone_are_swept(temporary: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = folder_of(temporary, "gone", str(ended.pid))
    alive = folder_of(temporary, "alive", str(os.getpid()))
    unknown = folder_of(temporary, "unknown", "not a number")
    foreign = temporary / f"{PREFIX}foreign"
    foreign.mkdir()
    own = new_folder()
    assert not gone.exists()
    assert all(folder.is_dir() for folder in (alive, unknown, foreign, own))
    assert (own / OWNER).read_text() == str(os.getpid())
