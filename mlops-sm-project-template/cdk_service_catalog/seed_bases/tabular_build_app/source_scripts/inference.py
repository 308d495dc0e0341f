"""Serving: what the container calls to load the model and to answer a request.

Runs from the model's own archive; preprocessing is part of the model, so rows come as they are.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from tables import FEATURES, BadData, typed

CSV, JSON = "text/csv", "application/json"


def model_fn(model_dir: str) -> Any:
    """The fitted object of the archive."""
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(request_body: str | bytes, content_type: str) -> pd.DataFrame:
    """Rows of features: CSV without header, or JSON `{"instances": [[...], {...}]}`.

    Raises:
        ValueError: another type, or rows that do not fit; the message is in the endpoint's log.
    """
    text = request_body.decode("utf-8") if isinstance(request_body, bytes) else request_body
    if content_type.startswith(CSV):
        rows = list(csv.reader(io.StringIO(text.strip())))
    elif content_type.startswith(JSON):
        rows = _instances(text)
    else:
        raise ValueError(f"content type '{content_type}' is not known; use {CSV} or {JSON}")
    if not rows:
        raise ValueError("the request holds no row")
    for number, row in enumerate(rows, start=1):
        if len(row) != len(FEATURES):
            raise ValueError(
                f"row {number} has {len(row)} values, {len(FEATURES)} are needed: "
                + ", ".join(FEATURES)
            )
    frame = pd.DataFrame(rows, columns=list(FEATURES))
    try:
        return typed(frame, "request")
    except BadData as error:
        raise ValueError(str(error)) from None


def predict_fn(rows: pd.DataFrame, model: Any) -> list[float]:
    """One number for each row."""
    return [float(value) for value in model.predict(rows)]


def output_fn(predictions: list[float], accept: str) -> str:
    """CSV with a line for each prediction, or JSON `{"predictions": [...]}`."""
    if accept.startswith(JSON):
        return json.dumps({"predictions": predictions})
    text = io.StringIO()
    for value in predictions:
        text.write(f"{value}\n")
    return text.getvalue()


def _instances(text: str) -> list[list[str]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the request is not JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("instances"), list):
        raise ValueError('JSON must be {"instances": [...]}')
    return [_values(row, number) for number, row in enumerate(content["instances"], start=1)]


def _values(row: Any, number: int) -> list[str]:
    """A row's values as texts, in the order of the features; what is absent is missing."""
    if isinstance(row, dict):
        if unknown := sorted(row.keys() - set(FEATURES)):
            raise ValueError(f"row {number} has '{unknown[0]}', allowed are {', '.join(FEATURES)}")
        row = [row.get(name) for name in FEATURES]
    if not isinstance(row, list):
        raise ValueError(f"row {number} is {row!r}, neither a list nor an object")
    return ["" if value is None else str(value) for value in row]
