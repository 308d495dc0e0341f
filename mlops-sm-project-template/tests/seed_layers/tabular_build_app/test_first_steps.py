"""What the notebook sends to a model is what the model reads, whatever the table is like."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import inference
import pytest
from made_tables import declaration
from tables import read, texts

from ml_pipelines.declared import Declaration
from ml_pipelines.sources import REPOSITORY

NOTEBOOK = REPOSITORY / "notebooks" / "first-steps.ipynb"
LINES = "".join(
    f"{n % 7 + 1}.{n:03},25;{n % 28 + 1:02}.02.2024;{'north' if n % 2 else 'NA'};{n},5\n"
    for n in range(40)
)


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Declaration, Path]:
    """A table that is not written as pandas writes one."""
    columns = {"area": "number", "when": "date", "place": "category", "y": "number"}
    found = declaration("regression", "rmse")
    style = {"separator": ";", "decimal": ",", "thousands": ".", "missing": ("NA",)}
    table = {**vars(found.table), **style, "columns": columns, "dates": {"when": "%d.%m.%Y"}}
    found = Declaration(**{**vars(found), "table": type(found.table)(**table)})
    file = tmp_path / "prices.csv"
    file.write_text("area;when;place;y\n" + LINES, encoding="utf-8")
    monkeypatch.setattr(inference, "TABLE", found.table)
    return found, file


class Aws:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def client(self, name: str) -> "Aws":
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111122223333"}

    def put_object(self, **given: Any) -> None:
        self.sent.append(str(given["Body"], "utf-8"))

    def invoke_endpoint(self, **given: Any) -> dict[str, Any]:
        self.sent.append(given["Body"])
        return {"Body": BytesIO(b"9.5\n")}


def test_the_last_cell_sends_rows_as_the_table_writes_them(
    german: tuple[Declaration, Path], tmp_path: Path
) -> None:
    found, file = german
    rows, aws = read(file, found.table), Aws()
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    last = [cell for cell in cells if cell["cell_type"] == "code"][-1]
    names = {"found": found, "files": [file], "rows": rows, "texts": texts}
    names |= {"boto3": aws, "PIPELINE": "a-p-1"}
    exec("".join(last["source"]), names)
    (sent,) = aws.sent
    if "put_object" in "".join(last["source"]):
        batch = tmp_path / "batch.csv"
        batch.write_text(sent, encoding="utf-8")
        seen = read(batch, found.table, labelled=False)
    else:
        seen = inference.rows(sent, "text/csv")
    wanted = rows[list(found.table.features)].head(len(seen))
    assert len(seen) >= 3
    assert seen[wanted.columns].equals(wanted)
