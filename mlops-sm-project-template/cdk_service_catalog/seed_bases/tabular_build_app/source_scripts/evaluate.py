"""Processing job: the model on the test set, through the code that will serve it.

Reads model, train and test below /opt/ml/processing, writes evaluation/evaluation.json.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

from archives import unpack
from declaration import declaration
from failures import fail
from tables import BadData, read_folder
from train import measure


def main() -> int:
    """Write the report; exit code 1 says what is wrong."""
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    found = declaration()
    try:
        train, test = (
            read_folder(base / name, found.table.handed_on) for name in ("train", "test")
        )
    except BadData as error:
        return fail(str(error))
    folder = unpacked(base / "model")
    model = serving_code(folder).model_fn(str(folder))
    target = base / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    text = json.dumps(measure(model, train, test, found), indent=2, sort_keys=True)
    (target / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


def serving_code(model_dir: Path) -> Any:
    """The module `inference` of a model's archive."""
    code = model_dir / "code"
    sys.path.insert(0, str(code))
    spec = importlib.util.spec_from_file_location("served_inference", code / "inference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unpacked(folder: Path) -> Path:
    """The model's folder; an archive in it is unpacked beside it first."""
    archive = folder / "model.tar.gz"
    if not archive.is_file():
        return folder
    target = folder / "unpacked"
    unpack(archive, target)
    return target


if __name__ == "__main__":
    sys.exit(main())
