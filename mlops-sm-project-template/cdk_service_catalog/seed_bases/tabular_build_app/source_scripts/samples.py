"""Rows that travel with a model, so that a deployment is tried with requests that fit it.

Preprocessing keeps some rows of the test set as the texts that the file holds; the training leaves
them in the model's archive, with the model's own answers: `samples.json` for an endpoint,
`sample.csv` for a batch. The deploy repository has files of the same names and forms in `config/`
where somebody writes them there.
"""

import contextlib
import csv
import json
from pathlib import Path
from typing import Any

import json_values
import pandas as pd
from declaration import Declaration
from models import Model
from splits import fingerprints
from tables import texts, typed

FILE, REQUESTS, BATCH = "sample_rows.json", "samples.json", "sample.csv"
WANTED = 3
LOOKED_AT = 1_000
"""Enough rows, drawn from the whole file, to find some of the test set among them."""
TOLERANCE = 1e-3
"""The share by which an answer may differ: other processors, other sums."""


def keep(folder: Path, data: Path, test: pd.DataFrame, found: Declaration) -> None:
    """Leave features of some rows as the data has them: of the test set, and complete, if any are.

    Args:
        data: the folder of the input.
        test: the rows of the test set, typed.
    """
    file = max((f for f in data.rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
    features = list(found.table.features)
    with contextlib.redirect_stdout(None):  # what is to be said of the file, is said already
        rows = texts(file, found.table)[features]
    rows = rows.iloc[:: max(1, len(rows) // LOOKED_AT)].reset_index(drop=True)
    # A row of a batch is one line.
    broken = rows.apply(lambda column: column.str.contains("[\r\n]")).any(axis="columns")
    rows = rows[~broken].reset_index(drop=True)
    values = typed(rows, found.table, file.name)
    tested = fingerprints(values, features).isin(fingerprints(test, features))
    complete = (values.notna() & (values != "")).all(axis="columns")
    best = (2 * tested + complete).sort_values(ascending=False, kind="stable").index
    chosen = rows.loc[best[:WANTED]].to_dict("records")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(json.dumps(chosen, indent=2) + "\n", encoding="utf-8")


def leave(target: Path, channel: Path, model: Model, found: Declaration) -> None:
    """Write both files into the model's folder; nothing where no rows were kept."""
    file = channel / FILE
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    if not kept:
        return
    # As a request is read.
    rows = pd.DataFrame(kept, columns=list(found.table.features), dtype=str)
    seen = json_values.seen_in(model.categories, found.table)
    refused = {row for row, _ in seen.otherwise(typed(rows, found.table, FILE))}
    kept = [row for number, row in enumerate(kept, start=1) if number not in refused]
    rows = rows[[number not in refused for number in range(1, len(rows) + 1)]]
    answers = model.answers(typed(rows, found.table, FILE))
    content = {
        "content_type": "application/json",
        "accept": "text/csv",
        "samples": [
            {"body": json.dumps({"instances": [row]}, ensure_ascii=False), **expected(answer)}
            for row, answer in zip(kept, answers, strict=True)
        ],
    }
    text = json.dumps(content, indent=2, ensure_ascii=False)
    (target / REQUESTS).write_text(text + "\n", encoding="utf-8")
    with (target / BATCH).open("w", encoding="utf-8", newline="") as batch:
        writer = csv.writer(batch, delimiter=found.table.separator, lineterminator="\n")
        # In a batch each row has a name; whom a sample is of, nobody has to know.
        identifier = found.table.identifier
        if identifier:
            rows.insert(0, identifier, range(1, len(rows) + 1))
        writer.writerows([rows.columns, *rows.itertuples(index=False)])


def expected(answer: "float | str") -> dict[str, Any]:
    """What the deployed model has to answer: the class, or a number that is as good as the same."""
    if isinstance(answer, str):
        return {"equals": answer}
    width = max(1e-6, TOLERANCE * abs(answer))
    return {"minimum": answer - width, "maximum": answer + width}
