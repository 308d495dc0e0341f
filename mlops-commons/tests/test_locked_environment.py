"""Environments that are made once, and again where they can no longer run."""

import shutil
import sys
from pathlib import Path

import pytest

from mlops_commons.utilities.locked_environment import made_once

pytestmark = pytest.mark.pure


def test_an_environment_whose_interpreter_is_gone_is_made_again(tmp_path: Path) -> None:
    interpreters, folder, made = tmp_path / "interpreters", tmp_path / "environment", []

    def install() -> None:
        interpreters.mkdir(exist_ok=True)
        shutil.copy(sys.executable, interpreters / "python")
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(interpreters / "python")
        made.append(folder)

    for _ in range(2):
        assert made_once(folder, install).exists()
    assert len(made) == 1
    shutil.rmtree(interpreters)
    assert made_once(folder, install).exists()
    assert len(made) == 2
