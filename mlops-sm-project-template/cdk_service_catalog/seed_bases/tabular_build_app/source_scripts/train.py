"""Training job: fit preprocessing and regressor as one object, and leave it with its serving code.

Follows SageMaker's contract for containers: channels, hyperparameters, /opt/ml/model.
"""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from tables import CATEGORICAL, FEATURES, LABEL, NUMERIC, BadData, read_folder

HYPERPARAMETERS = {"learning-rate": 0.05, "iterations": 200, "leaves": 15, "seed": 7}
NUMBER = r"\d+(\.\d+)?([eE]-?\d+)?"
MODEL_FILE = "model.joblib"
SERVING_FILES = ("inference.py", "tables.py")


def main() -> int:
    """Train on the channel `train`, report on `validation`; exit code 1 says what is wrong."""
    root = Path(os.environ.get("ML_ROOT", "/opt/ml"))
    try:
        chosen = hyperparameters(root)
        train, validation = (read_channel(root, name) for name in ("train", "validation"))
    except BadData as error:
        fail(root, str(error))
        return 1
    model = fit(train, chosen)
    error = mean_squared_error(model, validation)
    print(f"validation_mse={error:.4f}")
    target = Path(os.environ.get("SM_MODEL_DIR", root / "model"))
    save(model, target)
    return 0


def fit(rows: pd.DataFrame, chosen: dict[str, float]) -> Pipeline:
    """Preprocessing and regressor, fitted on these rows only."""
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    categorical = Pipeline(
        [
            ("impute", SimpleImputer(strategy="constant", missing_values="", fill_value="unknown")),
            ("encode", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        ]
    )
    preprocessing = ColumnTransformer(
        [("numeric", numeric, list(NUMERIC)), ("categorical", categorical, list(CATEGORICAL))]
    )
    regressor = HistGradientBoostingRegressor(
        learning_rate=chosen["learning-rate"],
        max_iter=int(chosen["iterations"]),
        max_leaf_nodes=int(chosen["leaves"]),
        random_state=int(chosen["seed"]),
    )
    model = Pipeline([("preprocessing", preprocessing), ("regressor", regressor)])
    return model.fit(rows[list(FEATURES)], rows[LABEL])


def mean_squared_error(model: Pipeline, rows: pd.DataFrame) -> float:
    """The mean of the squared residuals."""
    residuals = model.predict(rows[list(FEATURES)]) - rows[LABEL].to_numpy()
    return float(np.mean(residuals**2))


def save(model: Pipeline, target: Path) -> None:
    """The model's archive: the fitted object, and the code that serves it."""
    (target / "code").mkdir(parents=True, exist_ok=True)
    joblib.dump(model, target / MODEL_FILE)
    for name in SERVING_FILES:
        shutil.copy(Path(__file__).with_name(name), target / "code" / name)


def read_channel(root: Path, name: str) -> pd.DataFrame:
    """All files of a channel.

    Raises:
        BadData: there is none, or one does not hold the table.
    """
    own = os.environ.get(f"SM_CHANNEL_{name.upper()}", root / "input" / "data" / name)
    try:
        return read_folder(Path(own))
    except BadData as error:
        raise BadData(f"channel '{name}': {error}") from None


def hyperparameters(root: Path) -> dict[str, float]:
    """What the job was given, over the defaults.

    Raises:
        BadData: an unknown name, or a value that is not a number.
    """
    file = root / "input" / "config" / "hyperparameters.json"
    given = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    # SageMaker adds names of its own, such as `_tuning_objective_metric`.
    own = {name: v for name, v in given.items() if not name.startswith(("_", "sagemaker_"))}
    if unknown := sorted(own.keys() - HYPERPARAMETERS.keys()):
        known = ", ".join(HYPERPARAMETERS)
        raise BadData(f"hyperparameter '{unknown[0]}' is not known; allowed are {known}")
    for name, value in own.items():
        if not re.fullmatch(NUMBER, str(value)):
            raise BadData(f"hyperparameter '{name}' is '{value}', not a positive number")
    return {name: float(own.get(name, default)) for name, default in HYPERPARAMETERS.items()}


def fail(root: Path, message: str) -> None:
    """SageMaker shows the content of this file as the job's failure reason."""
    print(f"error: {message}", file=sys.stderr)
    (root / "output").mkdir(parents=True, exist_ok=True)
    (root / "output" / "failure").write_text(message, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
