"""Serving: what the container calls to load the model and to answer a request.

Runs from the model's own archive; preprocessing is part of the model, so rows come as they are.
"""

import csv
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import json_values
import pandas as pd
from declaration import declaration
from models import Model
from tables import REPORTED, BadData, named, typed

CSV, JSON = "text/csv", "application/json"
BATCH = "SAGEMAKER_BATCH"
"""Set to true in the containers of a batch transform, and in no others (SageMaker Developer Guide,
"Use your own inference code with batch transform")."""
UNKNOWN, ENOUGH = 0.1, 20
"""The share of unknown categories that a column of a batch may have, as of requests that are
monitored; of fewer rows it says nothing. A transform sends as many rows at once as 6 MB hold."""
TABLE = declaration().table
SEEN = json_values.read(Path(__file__).resolve().parent, TABLE)


def model_fn(model_dir: str) -> Model:
    """The fitted object of the archive."""
    model: Model = joblib.load(Path(model_dir) / "model.joblib")
    return model


@dataclass(frozen=True)
class BadRequest:
    """A request that cannot be answered, on its way to the answer that says why."""

    reason: str


def input_fn(request_body: str | bytes, content_type: str) -> pd.DataFrame | BadRequest:
    """The rows of a request, or what is wrong with it.

    Nothing is raised: the server of the scikit-learn image would answer 500, as for a broken model,
    and a client's mistake would bring an old version back.
    """
    try:
        return rows(request_body, content_type)
    except ValueError as error:
        return BadRequest(str(error))


def rows(request_body: str | bytes, content_type: str) -> pd.DataFrame:
    """Rows of features: CSV, where a header may be, or JSON `{"instances": [[...], {...}]}`.

    Raises:
        ValueError: another type, or rows that do not fit.
    """
    found = as_declared(texts(request_body, content_type))
    if os.environ.get(BATCH) == "true":
        _check_known(found)
    return found


def texts(request_body: str | bytes, content_type: str) -> pd.DataFrame:
    """The features of a request as they are written, by their names.

    Raises:
        ValueError: another type, or other columns.
    """
    text = request_body.decode("utf-8-sig") if isinstance(request_body, bytes) else request_body
    if content_type.startswith(CSV):
        found = list(csv.reader(io.StringIO(text.strip())))
    elif content_type.startswith(JSON):
        found = _instances(text)
    else:
        raise ValueError(f"content type '{content_type}' is not known; use {CSV} or {JSON}")
    if not found:
        raise ValueError("the request holds no row")
    try:
        return _frame(found)
    except BadData as error:
        raise ValueError(str(error)) from None


def as_declared(rows: pd.DataFrame) -> pd.DataFrame:
    """What is written, as the numbers, dates and categories that are declared.

    Raises:
        ValueError: a value is not of its type, or a category is written another way than in the
            training; the message names its row, from 1.
    """
    try:
        found = typed(rows, TABLE, "request")
    except BadData as error:
        raise ValueError(str(error)) from None
    if wrong := sorted(SEEN.otherwise(found))[:REPORTED]:
        told = [f"row {row}: {words}: send it so" for row, words in wrong]
        raise ValueError("request, " + "\n".join(told))
    return found


def _check_known(rows: pd.DataFrame) -> None:
    """Refuse a part of a batch that seems to be written in other words than the training.

    Raises:
        ValueError: too many values of a category are unknown; the message says which.
    """
    for name in TABLE.of_type("category"):
        unknown = SEEN.unknown(rows[name])
        if len(rows) >= ENOUGH and unknown.mean() > UNKNOWN:
            first = int(unknown.to_numpy().argmax())
            raise ValueError(
                f"{unknown.mean():.0%} of the values of {name} are categories that the training has "
                f"not seen, such as '{rows[name].iloc[first]}' in row {first + 1} of {len(rows)}; "
                f"{UNKNOWN:.0%} may be"
            )


def predict_fn(given: pd.DataFrame | BadRequest, model: Model) -> list[float | str] | BadRequest:
    """An answer for each row: the number, the probability of the positive class, or the class."""
    return given if isinstance(given, BadRequest) else model.answers(given)


def output_fn(predictions: list[float | str] | BadRequest, accept: str) -> Any:
    """The answer with its content type, or the response 400 with the reason."""
    if isinstance(predictions, BadRequest):
        # What the server of the scikit-learn image is made of, and only there.
        from flask import Response

        return Response(f"{predictions.reason}\n", status=400, mimetype="text/plain")
    kind = JSON if accept.startswith(JSON) else CSV
    return written(predictions, kind), kind


def written(predictions: list[float | str], kind: str) -> str:
    """CSV with a line for each prediction, or JSON `{"predictions": [...]}`."""
    if kind == JSON:
        return json.dumps({"predictions": predictions})
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([value] for value in predictions)
    return text.getvalue()


def _frame(values: list[list[str]]) -> pd.DataFrame:
    width = len(values[0])
    for number, row in enumerate(values, start=1):
        if len(row) != width:
            raise BadData(f"row {number} has {len(row)} values, row 1 has {width}")
    found = named(pd.DataFrame(values), TABLE.features, TABLE.features, "request")
    if found.empty:
        raise BadData("the request holds a header and no row")
    if absent := [name for name in TABLE.features if name not in found.columns]:
        raise BadData(f"request: column '{absent[0]}' is missing")
    return found[list(TABLE.features)].reset_index(drop=True)


def _instances(text: str) -> list[list[str]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"the request is not JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("instances"), list):
        raise ValueError('JSON must be {"instances": [...]}')
    return [_values(row, number) for number, row in enumerate(content["instances"], start=1)]


def _values(row: Any, number: int) -> list[str]:
    """A row's values as texts, in the order of the features; null says that one is missing.

    A number of JSON is a number, whatever the table has before decimals; where it is a category, it
    is the text that the training has seen.
    """
    if isinstance(row, dict):
        if unknown := sorted(row.keys() - set(TABLE.columns)):
            allowed = ", ".join(TABLE.features)
            raise ValueError(f"row {number} has '{unknown[0]}', allowed are {allowed}")
        if absent := [name for name in TABLE.features if name not in row]:
            raise ValueError(
                f"row {number} lacks '{absent[0]}'; where its value is missing, say null"
            )
        row = [row[name] for name in TABLE.features]
    if not isinstance(row, list):
        raise ValueError(f"row {number} is {row!r}, neither a list nor an object")
    if len(row) != len(TABLE.features):
        raise ValueError(
            f"row {number} has {len(row)} values, {len(TABLE.features)} are needed: "
            + ", ".join(TABLE.features)
        )
    return [_text(name, value, number) for name, value in zip(TABLE.features, row, strict=True)]


def _text(name: str, value: Any, number: int) -> str:
    if isinstance(value, list | dict):
        raise ValueError(f"row {number}: {name} is {value!r}, neither a text nor a number")
    try:
        return SEEN.text(value, name)
    except ValueError as error:
        raise ValueError(f"row {number}: {error}") from None
