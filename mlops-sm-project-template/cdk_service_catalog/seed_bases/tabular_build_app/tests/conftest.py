"""The declared model, trained once for all tests."""

import os
from pathlib import Path
from typing import Any

import pytest

# Read when a library of threads is loaded. The tables here are small: two threads would spend more
# on waiting for each other than on the work, twice as much where others use the machine as well.
os.environ["OMP_NUM_THREADS"] = "1"

from declared_rows import DATA

from ml_pipelines.run_locally import train_locally


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("training")
    return folder, train_locally(DATA, folder)


@pytest.fixture(scope="session")
def model_dir(trained: tuple[Path, dict[str, Any]]) -> Path:
    return trained[0] / "train" / "opt" / "ml" / "model"
