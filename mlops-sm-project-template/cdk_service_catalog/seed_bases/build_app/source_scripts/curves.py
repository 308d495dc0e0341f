"""Numbers of a training step by step, which it leaves and which the evaluation hands on."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = "curves.json"
"""In the model's folder, and then beside the report, where the build finds it for MLflow."""


def leave(folder: Path, curves: Mapping[str, Sequence[tuple[int, float]]]) -> None:
    """Write curves by their names: pairs of a step and a number."""
    (folder / FILE).write_text(json.dumps(curves) + "\n", encoding="utf-8")


def hand_on(model: Path, target: Path) -> None:
    """Copy the curves of a model, where its training has left some."""
    if (model / FILE).is_file():
        shutil.copyfile(model / FILE, target / FILE)


def read(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """The curves in a folder; none where there is no file of them."""
    file = folder / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
