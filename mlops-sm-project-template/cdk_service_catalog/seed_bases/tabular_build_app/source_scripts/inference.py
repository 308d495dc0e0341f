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
from declaration import declaration
from models import Model
from tables import BadData, named, typed

CSV, JSON = "text/csv", "application/json"
TABLE = declaration().table


def model_fn(model_dir: str) -> Model:
    """The fitted object of the archive."""
    model: Model = joblib.load(Path(model_dir) / "model.joblib")
    return model


def input_fn(request_body: str | bytes, content_type: str) -> pd.DataFrame:
    """Rows of features: CSV, where a header may be, or JSON `{"instances": [[...], {...}]}`.

    Raises:
        ValueError: another type, or rows that do not fit; the message is in the endpoint's log.
    """
    text = request_body.decode("utf-8-sig") if isinstance(request_body, bytes) else request_body
    if content_type.startswith(CSV):
        rows = list(csv.reader(io.StringIO(text.strip())))
    elif content_type.startswith(JSON):
        rows = _instances(text)
    else:
        raise ValueError(f"content type '{content_type}' is not known; use {CSV} or {JSON}")
    if not rows:
        raise ValueError("the request holds no row")
    try:
        return _frame(rows)
    except BadData as error:
        raise ValueError(str(error)) from None


def predict_fn(rows: pd.DataFrame, model: Model) -> list[float | str]:
    """An answer for each row: the number, the probability of the positive class, or the class."""
    return model.answers(rows)


def output_fn(predictions: list[float | str], accept: str) -> str:
    """CSV with a line for each prediction, or JSON `{"predictions": [...]}`."""
    if accept.startswith(JSON):
        return json.dumps({"predictions": predictions})
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([value] for value in predictions)
    return text.getvalue()


def _frame(rows: list[list[str]]) -> pd.DataFrame:
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise BadData(f"row {number} has {len(row)} values, row 1 has {width}")
    found = named(pd.DataFrame(rows), TABLE.features, TABLE.features, "request")
    if found.empty:
        raise BadData("the request holds a header and no row")
    if absent := [name for name in TABLE.features if name not in found.columns]:
        raise BadData(f"request: column '{absent[0]}' is missing")
    return typed(found[list(TABLE.features)].reset_index(drop=True), TABLE, "request")


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
        if unknown := sorted(row.keys() - set(TABLE.columns)):
            allowed = ", ".join(TABLE.features)
            raise ValueError(f"row {number} has '{unknown[0]}', allowed are {allowed}")
        row = [row.get(name) for name in TABLE.features]
    if not isinstance(row, list):
        raise ValueError(f"row {number} is {row!r}, neither a list nor an object")
    if len(row) != len(TABLE.features):
        raise ValueError(
            f"row {number} has {len(row)} values, {len(TABLE.features)} are needed: "
            + ", ".join(TABLE.features)
        )
    return ["" if value is None else str(value) for value in row]
