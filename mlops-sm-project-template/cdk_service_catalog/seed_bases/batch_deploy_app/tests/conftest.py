"""Tests are about a configuration of their own, so that yours may say what it likes."""

import json
from pathlib import Path

import pytest
from compiled_definition import DEFINITION

import deploy_app.stage_files

deploy_app.stage_files.FOLDER = Path(__file__).with_name("config")


@pytest.fixture(autouse=True, scope="session")
def definition(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Beside what is synthesised, as select_model leaves it."""
    import deploy_app.definition as module

    file = tmp_path_factory.mktemp("definition") / "inference_pipeline.json"
    file.write_text(json.dumps(DEFINITION), encoding="utf-8")
    assert isinstance(file, Path)
    module.stage_definition.__defaults__ = (file,)
