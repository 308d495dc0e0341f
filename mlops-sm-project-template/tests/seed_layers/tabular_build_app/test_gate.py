"""What the gate refuses: models that are worse than they look."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from approved import Approved, compared
from comparison import loss, slices
from declaration import Declaration
from made_tables import BINARY, COUNT, REGRESSION, declaration, judged, table
from metrics import Evaluated, report
from preprocess import checked
from splits import split
from tables import BadData

from ml_pipelines.bounds import bounds


def refused_by(found: Declaration, gate: dict[str, float]) -> list[str]:
    """The bounds that a report breaks."""
    values = {bound: gate[bound.path[-1]] for bound in bounds(found)}
    return [
        bound.parameter
        for bound, value in values.items()
        if not (value <= bound.limit if bound.at_most else value >= bound.limit)
    ]


def gate_of(found: Declaration, rows: Evaluated) -> dict[str, float]:
    return {"lost": 0.0, **report(found, rows)["gate"]}


@pytest.mark.parametrize("found", [REGRESSION, BINARY], ids=["regression", "binary"])
def test_an_honest_model_passes_and_a_constant_one_does_not(found: Declaration) -> None:
    rows, _ = judged(found, split(table(found), found))
    assert refused_by(found, gate_of(found, rows)) == []
    constant = np.full_like(rows.found, rows.found.mean())
    assert refused_by(found, gate_of(found, replace(rows, found=constant))) == ["MinimumSkill"]


@pytest.mark.parametrize("found", [REGRESSION, BINARY], ids=["regression", "binary"])
def test_noise_is_not_learnt_by_heart_from_rows_that_are_there_twice(found: Declaration) -> None:
    noise = table(found, noise=100.0, count=60)
    many = pd.concat([noise] * 20, ignore_index=True)
    rows, _ = judged(found, split(many, found))
    assert refused_by(found, gate_of(found, rows)) == ["MinimumSkill"]
    # The same rows, dealt out one by one, would pass.
    dealt = many.sample(frac=1, random_state=1)
    naive = {"train": dealt.iloc[:800], "test": dealt.iloc[800:]}
    rows, _ = judged(found, naive)
    assert refused_by(found, gate_of(found, rows)) == []


@pytest.mark.parametrize("found", [REGRESSION, BINARY], ids=["regression", "binary"])
@pytest.mark.parametrize(
    "names",
    [
        [100_200 + 3 * n for n in range(800)],
        [float(7 * n % 1601) for n in range(800)],
        [n if n % 30 else 0 for n in range(800)],
    ],
    ids=["in order", "shuffled", "nearly unique"],
)
def test_copies_under_other_names_do_not_reach_the_gate(
    found: Declaration, names: list[float]
) -> None:
    noise = table(found, noise=100.0, count=40)
    named = pd.concat([noise] * 20, ignore_index=True).assign(number=names)
    columns = {**found.table.columns, "number": "number"}
    unnoticed = replace(found, table=replace(found.table, columns=columns))
    with pytest.raises(BadData, match="copies of others but for 'number', such as rows 1 and 41"):
        checked(named, unnoticed)
    declared = replace(unnoticed, table=replace(unnoticed.table, identifier="number"))
    rows, _ = judged(declared, split(checked(named, declared), declared))
    assert refused_by(declared, gate_of(declared, rows)) == ["MinimumSkill"]


def test_rows_with_a_name_that_are_no_copies_are_not_refused() -> None:
    rows = table(REGRESSION).assign(number=range(COUNT))
    columns = {**REGRESSION.table.columns, "number": "number"}
    named = replace(REGRESSION, table=replace(REGRESSION.table, columns=columns))
    assert len(checked(rows, named)) == COUNT
    rounded = rows.assign(a=rows["a"].round(1), b=rows["b"].round(1), y=rows["y"].round(0))
    assert len(checked(rounded, named)) == COUNT


def test_a_model_whose_classes_are_swapped_is_refused() -> None:
    rows, _ = judged(BINARY, split(table(BINARY), BINARY))
    swapped = replace(rows, found=rows.found[:, ::-1])
    assert refused_by(BINARY, gate_of(BINARY, swapped)) == ["MinimumSkill"]


@pytest.mark.parametrize("found", [REGRESSION, BINARY], ids=["regression", "binary"])
def test_a_model_that_is_worse_than_the_approved_one_is_refused(found: Declaration) -> None:
    parts = split(table(found), found)
    good, _ = judged(found, parts)
    weak, _ = judged(found, parts, iterations=5)
    assert refused_by(found, gate_of(found, weak)) == []
    lost = loss(replace(weak, approved=good.found), found)
    assert refused_by(found, gate_of(found, weak) | {"lost": lost.most}) == ["MaximumLoss"]
    again = loss(replace(good, approved=good.found), found)
    assert (again.least, again.most) == (0.0, 0.0)


def test_rows_of_a_group_are_one_in_the_comparison() -> None:
    grouped = replace(REGRESSION, table=replace(REGRESSION.table, group="customer"))
    parts = split(table(REGRESSION), REGRESSION)
    parts = {
        name: rows.assign(customer=[f"c{n // 15}" for n in range(len(rows))])
        for name, rows in parts.items()
    }
    rows, _ = judged(grouped, parts)
    assert rows.groups is not None
    assert list(rows.of(np.array([0, 20])).groups) == ["c0", "c1"]  # type: ignore[arg-type]
    # The approved version is better for whole customers, and worse for others.
    sign = np.where(np.char.find(rows.groups.astype(str), "c1") >= 0, 1.0, -1.0)
    rows = replace(rows, approved=rows.found + sign * (rows.truth - rows.found) * 0.5)
    one_by_one = loss(replace(rows, groups=None), grouped)
    together = loss(rows, grouped)
    assert together.most - together.least > 1.2 * (one_by_one.most - one_by_one.least)


def test_labels_that_are_swapped_since_the_approval_are_noticed() -> None:
    before, _ = judged(BINARY, split(table(BINARY), BINARY))
    swapped = table(BINARY).assign(y=lambda rows: rows["y"].map({"yes": "no", "no": "yes"}))
    now, _ = judged(BINARY, split(swapped, BINARY))
    assert refused_by(BINARY, gate_of(BINARY, now)) == []
    approved = Approved("version 3", before.found, np.arange(len(now.truth)))
    with pytest.raises(BadData, match="version 3 predicts worse than no model"):
        compared(approved, replace(now, approved=before.found), BINARY)


def test_a_comparison_leaves_out_what_the_approved_version_has_learnt() -> None:
    rows, _ = judged(REGRESSION, split(table(REGRESSION), REGRESSION))
    by_heart = replace(rows, approved=rows.truth)
    known = Approved("version 3", rows.truth, np.arange(10))
    with pytest.raises(BadData, match="of 90 rows of the test set 10 were not in its training"):
        compared(known, by_heart, REGRESSION)
    assert compared(Approved("3", rows.truth, np.arange(50)), by_heart, REGRESSION).rows == 50


def test_a_slice_in_which_the_model_fails_is_named() -> None:
    found = declaration("regression", "rmse", slices=["place"])
    parts = split(table(found), found)
    rows, _ = judged(found, parts)
    south = (parts["test"]["place"] == "south").to_numpy()
    turned = replace(rows, found=np.where(south, -rows.found, rows.found), approved=rows.found)
    by_name = {each.value: each for each in slices(parts["test"], turned, found)}
    north, south_slice = by_name["north"], by_name["south"]
    assert north.skill is not None and north.skill > 0.5 and north.lost == 0
    assert south_slice.skill is not None and south_slice.skill < 0
    assert south_slice.lost is not None and south_slice.lost > found.gate.worse_than_approved
    assert {"MinimumSliceSkill", "MaximumSliceLoss"} <= {b.parameter for b in bounds(found)}
    few = declaration("regression", "rmse", slices=["place"])
    with pytest.raises(BadData, match="no value of 'place' has 30 rows"):
        slices(parts["test"].head(20), rows.of(np.arange(20)), few)
