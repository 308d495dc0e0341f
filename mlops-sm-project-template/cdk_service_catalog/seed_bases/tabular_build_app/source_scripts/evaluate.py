"""Processing job: the error of the model on the test set, through the code that will serve it.

Reads model, train and test below /opt/ml/processing, writes evaluation/evaluation.json.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from archives import unpack
from tables import FEATURES, LABEL, BadData, read_folder


def main() -> int:
    """Write the report; exit code 1 says what is wrong."""
    base = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "processing"
    try:
        train, test = (read_folder(base / name) for name in ("train", "test"))
        report = evaluate(unpacked(base / "model"), train, test)
    except BadData as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    target = base / "evaluation"
    target.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=2, sort_keys=True)
    (target / "evaluation.json").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


def evaluate(model_dir: Path, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """The error on the test set, beside that of always predicting the mean of the training set."""
    serving = serving_code(model_dir)
    model = serving.model_fn(str(model_dir))
    truth = test[LABEL].to_numpy()
    residuals = np.array(serving.predict_fn(test[list(FEATURES)], model)) - truth
    baseline = truth - train[LABEL].mean()
    return {
        "regression_metrics": {
            "mse": {
                "value": float(np.mean(residuals**2)),
                "standard_deviation": float(np.std(residuals)),
            },
            "baseline_mse": {"value": float(np.mean(baseline**2))},
            "rows": {"value": len(test)},
        }
    }


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
