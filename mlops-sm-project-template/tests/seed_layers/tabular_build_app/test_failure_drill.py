"""What PROJECT.md says that one reads of a failure is what the code says, kind by kind."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
import yaml
from approved import Approved, compared
from botocore.stub import Stubber
from declaration import Table
from failures import ended
from made_tables import REGRESSION, judged, table
from preprocess import checked
from splits import split
from tables import read as read_table
from train import hyperparameters

from ml_pipelines import declared
from ml_pipelines.job_reports import failure
from ml_pipelines.local_pipeline import _judge
from ml_pipelines.run_locally import pipeline
from ml_pipelines.settings import EXAMPLE
from ml_pipelines.sources import REPOSITORY, put_once

GUIDE = (REPOSITORY / "PROJECT.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?P<kind>[^|]+) \| `(?P<words>[^|]+)` \| (?P<way>[^|]+) \|$", re.MULTILINE)
DRILL = {
    found["kind"]: found["words"]
    for found in ROW.finditer(GUIDE[GUIDE.index("## When it fails") :])
    if found["kind"] != "What has happened"
}
ORDERS = Table(file="data/orders.csv", label="price", columns={"size": "number", "price": "number"})


def said(action: Callable[[], object]) -> str:
    with pytest.raises(Exception) as raised:  # noqa: PT011  # each kind has its own exception
        action()
    return str(raised.value)


def file(folder: Path, text: str) -> Path:
    (folder / "orders.csv").write_text(text)
    return folder / "orders.csv"


def a_declaration(folder: Path) -> str:
    (folder / "data").mkdir()
    (folder / "data" / "orders.csv").touch()
    content = {
        "data": {
            "file": "data/orders.csv",
            "label": "y",
            "columns": dict.fromkeys(("id", "x", "when", "y"), "number"),
        },
        "task": "regression",
        "gate": {"metric": "auc"},
    }
    text = "# a comment\n" + yaml.safe_dump(content, sort_keys=False)
    (folder / "project.yml").write_text(text)
    return said(lambda: declared.read(folder / "project.yml"))


def a_column(folder: Path) -> str:
    return said(lambda: read_table(file(folder, "size,cost\n1,2\n"), ORDERS))


def a_value(folder: Path) -> str:
    return said(lambda: read_table(file(folder, "size,price\n1,1\n2,2\nten,3\n"), ORDERS))


def copies() -> str:
    many = pd.concat([table(REGRESSION, count=40)] * 5, ignore_index=True)
    columns = {**REGRESSION.table.columns, "number": "number"}
    found = replace(REGRESSION, table=replace(REGRESSION.table, columns=columns))
    return said(lambda: checked(many.assign(number=range(200)), found))


def a_label(folder: Path) -> str:
    found = replace(REGRESSION, table=ORDERS)
    rows = read_table(file(folder, "size,price\n1,1\n2,2\n3,\n"), ORDERS)
    return said(lambda: checked(rows, found))


def few_rows(folder: Path) -> str:
    return said(lambda: checked(table(REGRESSION, count=19), REGRESSION))


def a_hyperparameter(folder: Path) -> str:
    return said(lambda: hyperparameters({"depth": "3"}, REGRESSION))


def a_script(folder: Path) -> str:
    def broken() -> None:
        raise MemoryError("Unable to allocate 9.31 GiB")

    with pytest.raises(MemoryError):
        ended(broken)
    left = (folder / "output" / "failure").read_text()
    assert "test_failure_drill.py, line" in left
    return left


def the_gate(capsys: pytest.CaptureFixture[str]) -> str:
    gate, *_ = pipeline(REGRESSION).gates
    assert _judge(gate, 0.0, gate.limit) == 1
    return capsys.readouterr().err


def the_comparison() -> str:
    parts = split(table(REGRESSION), REGRESSION)
    rows, _ = judged(REGRESSION, parts, iterations=5)
    rows = replace(rows, approved=rows.found)
    return said(
        lambda: compared(Approved("version 3", rows.found, np.arange(12)), rows, REGRESSION)
    )


def no_machine() -> str:
    reason = "CapacityError: Unable to provision requested ML compute capacity. Please retry"
    step = {"StepName": "Train", "FailureReason": reason}
    return "\n".join(failure(None, None, step))


def other_sources() -> str:
    client = boto3.client(
        "s3", region_name="eu-west-1", aws_access_key_id="never", aws_secret_access_key="sent"
    )
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stubber.add_response("get_object", {"Body": BytesIO(b"another")})
        return said(lambda: put_once(client, EXAMPLE, "sources/a/train.py", b"this"))


KINDS: dict[str, Callable[..., str]] = {
    "a line of `project.yml` is wrong": a_declaration,
    "a column has another name": a_column,
    "a value is not of its type": a_value,
    "rows are copies under other names": copies,
    "a label is missing": a_label,
    "there are too few rows": few_rows,
    "a hyperparameter has another name": a_hyperparameter,
    "a script breaks": a_script,
    "the model is not good enough": the_gate,
    "it cannot be compared with the approved version": the_comparison,
    "AWS has no machine": no_machine,
    "sources in S3 are not this commit's": other_sources,
}


def test_the_guide_has_a_way_on_for_every_kind() -> None:
    assert [*DRILL] == [*KINDS]
    assert len(KINDS) >= 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_is_read_as_the_guide_says(
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ML_ROOT", str(tmp_path))
    drill = KINDS[kind]
    known: dict[str, Any] = {"folder": tmp_path, "capsys": capsys}
    wanted = drill.__code__.co_varnames[: drill.__code__.co_argcount]
    assert DRILL[kind] in drill(**{name: known[name] for name in wanted})
