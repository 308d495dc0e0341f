"""The pipelines of this repository: `ml_pipelines/<name>/pipeline.py`, `training` first."""

import importlib
from pathlib import Path
from typing import Any

from ml_pipelines.settings import Settings


def pipeline_modules() -> list[str]:
    """The names of the pipelines, with `training` first."""
    found = [file.parent.name for file in Path(__file__).parent.glob("*/pipeline.py")]
    return sorted(found, key=lambda name: (name != "training", name))


def get_pipeline(module_name: str, settings: Settings) -> Any:
    """The pipeline of one module, ready to be compiled or started."""
    # First: it keeps the SDK from calling AWS while it is imported.
    importlib.import_module("ml_pipelines.session")
    module = importlib.import_module(f"ml_pipelines.{module_name}.pipeline")
    return module.get_pipeline(settings)
