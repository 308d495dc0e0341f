"""The approved version beside a new one: its own code, its own classes, the rows that it knows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import training_record
from approved import ANYWAY, in_order
from declaration import Split
from made_tables import REGRESSION, table
from scoring import CannotScore, Scores, score
from splits import split
from tables import BadData, read_folder

INFERENCE = """
from models import Model

def model_fn(model_dir):
    return Model()
"""
MODELS = """
class Model:
    classes = ()

    def scores(self, rows):
        return rows["a"].to_numpy() * {factor}
"""


def model_of(folder: Path, factor: int) -> Path:
    """A model whose code has the module names of every other one."""
    code = folder / str(factor) / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(INFERENCE)
    (code / "models.py").write_text(MODELS.format(factor=factor))
    return code.parent


def test_each_version_runs_with_its_own_code(tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    for factor in (2, 3):
        (found,) = score(model_of(tmp_path, factor), [rows])
        assert found.values.tolist() == [factor, 2 * factor, 3 * factor]


def test_a_column_is_shuffled_and_the_rows_stay(tmp_path: Path) -> None:
    rows = pd.DataFrame({"a": np.arange(50.0)})
    plain, shuffled = score(model_of(tmp_path, 1), [rows], ["a"], seed=1)
    assert plain.values.tolist() == rows["a"].tolist()
    assert shuffled.values.tolist() != rows["a"].tolist()
    assert sorted(shuffled.values) == rows["a"].tolist()


def test_rows_that_a_version_cannot_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CannotScore, match="KeyError: 'a'"):
        score(model_of(tmp_path, 1), [pd.DataFrame({"b": [1.0]})])


def test_a_model_knows_the_rows_of_its_training_from_any_file(tmp_path: Path) -> None:
    rows = table(REGRESSION).round(2)
    # Whole numbers in one part and not in another.
    rows.loc[rows["a"] > 1, "a"] = 2.0
    parts = split(rows, REGRESSION)
    model = tmp_path / "model"
    model.mkdir()
    training_record.write(model, parts["train"], REGRESSION, {"seed": 7.0}, [9.9], None)
    record = training_record.read(model)
    whole = parts["train"][parts["train"]["a"] == 2.0]
    for name, part in {"all": parts["train"], "whole": whole, "test": parts["test"]}.items():
        folder = tmp_path / name
        folder.mkdir()
        part.to_csv(folder / "part.csv", index=False)
        seen = record.has_seen(read_folder(folder, REGRESSION.table.handed_on))
        assert seen.any() == seen.all() == (name != "test"), name
    assert not training_record.read(tmp_path).has_seen(rows).any()
    with pytest.raises(KeyError):
        record.has_seen(parts["test"].drop(columns="a"))


GROUPED = replace(
    REGRESSION,
    table=replace(
        REGRESSION.table,
        columns={**REGRESSION.table.columns, "customer": "category"},
        group="customer",
    ),
    split=Split(by="group"),
)


def customers() -> pd.DataFrame:
    rows = table(REGRESSION)
    return rows.assign(customer=[f"c{n % 60}" for n in range(len(rows))])


def test_new_rows_of_a_group_that_a_model_has_learnt_are_none_that_it_has_not_seen(
    tmp_path: Path,
) -> None:
    parts = split(customers(), GROUPED)
    training_record.write(tmp_path, parts["train"], GROUPED, {"seed": 7.0}, [9.9], None)
    record = training_record.read(tmp_path)
    later = parts["train"].assign(a=99.0)
    assert record.has_seen(later).all()
    assert not record.has_seen(parts["test"]).any()
    assert not record.has_seen(later.assign(customer="new")).any()
    single = replace(GROUPED, split=Split())
    training_record.write(tmp_path, parts["train"], single, {"seed": 7.0}, [9.9], None)
    assert not training_record.read(tmp_path).has_seen(later).any()


@pytest.mark.parametrize("kind", [str, float])
def test_a_group_is_drawn_by_its_key_whatever_the_order_of_the_rows_is(kind: type) -> None:
    rows = customers()
    if kind is float:
        rows["customer"] = rows["customer"].str[1:].astype(int)
    parts = split(rows, GROUPED)
    mixed = rows.sample(frac=1, random_state=3)
    mixed["customer"] = mixed["customer"].astype(kind)
    again = split(mixed, GROUPED)
    other = split(rows, replace(GROUPED, split=Split(by="group", seed=8)))
    for name, part in parts.items():
        assert {*map(kind, part["customer"])} == {*again[name]["customer"]}
        assert len(part) / len(rows) == pytest.approx({"train": 0.7}.get(name, 0.15), abs=0.05)
        assert {*part["customer"]} != {*other[name]["customer"]}


def test_classes_are_matched_by_name() -> None:
    scores = Scores(np.array([[0.1, 0.7, 0.2], [0.0, 0.0, 1.0]]), ("high", "low", "gone"))
    found = in_order(scores, ("low", "high", "new"), "version 3")
    assert found[0] == pytest.approx([0.875, 0.125, 0.0])
    # What it takes for a class that is gone tells nothing.
    assert found[1] == pytest.approx([1 / 3] * 3)
    for other in (Scores(np.zeros(1), ()), Scores(np.ones((1, 2)), ("yes", "no"))):
        with pytest.raises(BadData) as raised:
            in_order(other, ("low", "high"), "version 3")
        assert str(raised.value).endswith(ANYWAY)
