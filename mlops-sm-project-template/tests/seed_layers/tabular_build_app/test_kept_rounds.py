"""A training of XGBoost that loses its machine goes on where it was."""

from dataclasses import replace
from pathlib import Path

import joblib
import numpy as np
import pytest
from declaration import SCIKIT_LEARN, XGBOOST, Machines
from kept_rounds import EVERY, kept_in, newest
from made_tables import BINARY, REGRESSION, table
from models import fit

SPOT = [
    replace(found, algorithm=XGBOOST, machines=Machines(spot=True))
    for found in (REGRESSION, BINARY)
]


@pytest.mark.parametrize("found", SPOT, ids=["regression", "binary"])
def test_it_goes_on_after_what_is_kept_and_ends_as_if_nothing_had_been(
    found: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(found, type(REGRESSION))
    rows = table(found)
    longer = {**found.hyperparameters, "iterations": EVERY * 2 + 10}
    whole = fit(rows, found, longer)
    # The machine goes some rounds after the second file.
    fit(rows, found, {**longer, "iterations": EVERY * 2 + 3}, tmp_path)
    assert newest(tmp_path)[0] == EVERY * 2
    assert "goes on" not in capsys.readouterr().out
    model = fit(rows, found, longer, tmp_path)
    assert capsys.readouterr().out == f"goes on after {EVERY * 2} rounds\n"
    assert np.allclose(model.scores(rows), whole.scores(rows), rtol=1e-5)
    fitted = model.pipeline[-1]
    assert fitted.get_booster().num_boosted_rounds() == fitted.n_estimators == longer["iterations"]
    joblib.dump(model, tmp_path / "model.joblib")


def test_a_file_that_was_not_copied_to_its_end_does_not_count(tmp_path: Path) -> None:
    found = SPOT[0]
    fit(table(found), found, {**found.hyperparameters, "iterations": EVERY * 3}, tmp_path)
    rounds, file = newest(tmp_path)
    assert rounds == EVERY * 3
    assert file is not None
    assert len(list(tmp_path.iterdir())) == 2
    file.write_bytes(file.read_bytes()[:-1])
    assert newest(tmp_path)[0] == EVERY * 2
    assert newest(tmp_path / "none") == (0, None)


def test_only_xgboost_on_spot_machines_keeps_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_ROOT", str(tmp_path))
    assert kept_in(SPOT[0]) == tmp_path / "checkpoints"
    assert kept_in(replace(SPOT[0], algorithm=SCIKIT_LEARN)) is None
    assert kept_in(replace(SPOT[0], machines=Machines())) is None
