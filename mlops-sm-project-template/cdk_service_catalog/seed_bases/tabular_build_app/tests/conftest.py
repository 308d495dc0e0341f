"""The declared model, trained once for all tests."""

from pathlib import Path
from typing import Any

import pytest
from declared_rows import DATA

from ml_pipelines.run_locally import train_locally


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("training")
    return folder, train_locally(DATA, folder)


@pytest.fixture(scope="session")
def model_dir(trained: tuple[Path, dict[str, Any]]) -> Path:
    return trained[0] / "train" / "opt" / "ml" / "model"
