"""What a version brings to be tried with: rows as the file has them, and the model's own answers."""

import csv
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from declared_rows import DECLARED, FEATURES, TABLE, data_file
from tables import texts


@pytest.fixture(scope="module")
def served(model_dir: Path) -> Any:
    """The serving code of the archive."""
    spec = importlib.util.spec_from_file_location("tried", model_dir / "code" / "inference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_served_model_answers_the_samples_as_they_expect(model_dir: Path, served: Any) -> None:
    content = json.loads((model_dir / "samples.json").read_text(encoding="utf-8"))
    assert content["samples"]
    loaded = served.model_fn(str(model_dir))
    for sample in content["samples"]:
        rows = served.input_fn(sample["body"], content["content_type"])
        text, kind = served.output_fn(served.predict_fn(rows, loaded), content["accept"])
        assert kind == content["accept"]
        ((answer,),) = csv.reader(text.splitlines())
        if DECLARED.task == "multiclass":
            assert answer == sample["equals"]
        else:
            assert sample["minimum"] <= float(answer) <= sample["maximum"]


def test_a_batch_of_them_is_the_declared_table_without_its_label(model_dir: Path) -> None:
    with (model_dir / "sample.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter=TABLE.separator)
    apart = [TABLE.identifier] if TABLE.identifier else []
    assert header == [*apart, *FEATURES]
    content = json.loads((model_dir / "samples.json").read_text(encoding="utf-8"))
    asked = [json.loads(sample["body"])["instances"] for sample in content["samples"]]
    first = len(apart)
    assert [[dict(zip(FEATURES, row[first:], strict=True))] for row in rows] == asked
    assert [row[:first] for row in rows] == [[str(n)][:first] for n in range(1, len(rows) + 1)]


def test_they_are_rows_of_the_data_as_it_is_written(model_dir: Path) -> None:
    known = texts(data_file(), TABLE)[list(FEATURES)]
    with (model_dir / "sample.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file, delimiter=TABLE.separator)
    for row in rows:
        assert (known == row[-len(FEATURES) :]).all(axis="columns").any()
