"""The gate: better than the base model, not worse than the approved version, in no slice either."""

import json
import re
from argparse import Namespace
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import training_record
from approved import NONE, Approved, approved_version
from archives import NotRegistered, registered
from comparison import Scored, loss
from declaration import Data
from evaluation import registration, report, verdict, write
from made_evaluations import ARN, declared, evaluation, refused_by

from ml_pipelines.fine_tuning import RECORDED

FEW, MANY = 30, 400
FOUND = declared()
DATA = {"data_sha256": "a" * 64, "rows": {"train": 90, "test": 30}}


def right(count: int, of: int) -> list[float]:
    """Scores of rows, so many of them right, the others wrong."""
    return [1.0] * count + [0.0] * (of - count)


def test_a_model_that_always_answers_the_same_is_no_better_than_its_base_model() -> None:
    constant = right(3, FEW)
    assert refused_by(evaluation(FOUND, constant, constant)) == ["MinimumImprovement"]


def test_a_model_that_is_better_than_its_base_model_passes_where_nothing_is_approved() -> None:
    result = evaluation(FOUND, right(25, FEW), right(3, FEW))
    assert refused_by(result) == []
    told = verdict(FOUND, report(result))
    assert told == [
        "exact_match 0.8333 on 30 rows, 0.1 with the base model",
        "compared with no other version: no version is approved",
    ]


def test_a_model_that_is_worse_than_the_approved_version_is_refused_in_words() -> None:
    result = evaluation(FOUND, right(15, FEW), right(0, FEW), right(28, FEW))
    assert refused_by(result) == ["MaximumLoss"]
    *_, compared, refused = verdict(FOUND, report(result))
    assert compared.startswith(
        f"{ARN} has 0.9333 on the 30 rows that neither has learnt, this model 0.5: "
    )
    assert refused.startswith("refused: it answers worse than the approved version")
    assert "gate.worse_than_approved (0.05)" in refused


def test_a_model_that_answers_as_the_approved_version_does_has_lost_nothing() -> None:
    scores = right(20, FEW)
    result = evaluation(FOUND, scores, right(0, FEW), scores)
    assert refused_by(result) == []
    against = report(result)["approved"]
    assert (against["least"], against["most"], against["version"]) == (0.0, 0.0, ARN)
    better = evaluation(FOUND, right(30, FEW), right(0, FEW), scores)
    assert refused_by(better) == []
    assert report(better)["gate"]["lost"] == 0.0 > report(better)["approved"]["most"]


@pytest.mark.parametrize(("count", "refused"), [(FEW, ["MaximumLoss"]), (MANY, [])])
def test_rows_that_are_too_few_to_tell_are_not_taken_for_proof(
    count: int, refused: list[str]
) -> None:
    # As many rows are won as are lost: by thirty rows it may be chance.
    own = np.arange(count) % 10 != 0
    other = np.arange(count) % 10 != 1
    result = evaluation(FOUND, own.astype(float).tolist(), [0.0] * count, other * 1.0)
    assert refused_by(result) == refused
    words = verdict(FOUND, report(result))[-1]
    assert ("30 rows are too few to tell that at most 0.05 is lost" in words) == bool(refused)


def test_a_comparison_is_of_pairs_and_of_the_weights_that_a_metric_has() -> None:
    noise = np.random.default_rng(1).normal(size=MANY)
    # Rows differ by far more than the models do.
    rows = Scored(
        own=100 * noise, base=0 * noise, weight=np.full(MANY, 2.0), approved=100 * noise + 0.2
    )
    lost = loss(rows, seed=1)
    assert (lost.least, lost.most) == (pytest.approx(0.1), pytest.approx(0.1))


def test_questions_on_one_schema_are_one_in_the_comparison() -> None:
    # Whole schemas are won and lost.
    groups = np.repeat(np.arange(10), MANY // 10)
    own = (groups % 2).astype(float)
    rows = Scored(own=own, base=0 * own, weight=np.ones(MANY), approved=1 - own)
    one_by_one, together = loss(rows, seed=1), loss(replace(rows, groups=groups), seed=1)
    assert together.most - together.least > 4 * (one_by_one.most - one_by_one.least)
    half = replace(rows, groups=groups).of(np.arange(MANY // 2))
    assert half.groups is not None
    assert len(half.groups) == MANY // 2


def test_rows_that_the_approved_version_has_learnt_are_left_out() -> None:
    by_heart = right(MANY, MANY)
    own = right(MANY - 300, MANY)[::-1]
    learnt = range(300)
    result = evaluation(FOUND, own, right(0, MANY), by_heart, seen=learnt)
    assert report(result)["approved"]["rows"] == 100
    assert refused_by(result) == []
    assert refused_by(evaluation(FOUND, own, right(0, MANY), by_heart)) == ["MaximumLoss"]
    with pytest.raises(SystemExit, match="of 400 rows of the test set 20 were not in its training"):
        report(evaluation(FOUND, own, right(0, MANY), by_heart, seen=range(380)))


def test_data_that_ask_for_something_else_than_before_are_noticed() -> None:
    with pytest.raises(SystemExit, match="worse than the base model on this test set") as raised:
        report(evaluation(FOUND, right(30, FEW), right(25, FEW), right(2, FEW)))
    assert "declare 'compare_with_approved: false'" in str(raised.value)


def test_a_better_base_model_is_no_sign_of_other_data() -> None:
    result = evaluation(FOUND, right(30, FEW), right(25, FEW), right(2, FEW))
    assert result.approved
    older = replace(result.approved, base_model="b" * 64)
    assert refused_by(replace(result, approved=older)) == []


def test_a_slice_in_which_a_model_fails_is_named() -> None:
    found = declared(slices=["team"])
    values = [{"team": "north"}] * 60 + [{"team": "south"}] * 40
    own, base = [1.0] * 60 + [0.0] * 40, [0.0] * 60 + [0.5] * 40
    result = evaluation(found, own, base, [0.5] * 60 + [1.0] * 40, values=values)
    assert refused_by(result) == ["MaximumLoss", "MinimumSliceImprovement", "MaximumSliceLoss"]
    words = "; ".join(verdict(found, report(result)))
    assert "team=south, 40 rows: 0.500 worse than the base model" in words
    assert "team=south, 40 rows: surely 1.000 is lost against the approved version" in words
    assert "team=north" not in words
    few = [{"team": str(place % 10)} for place in range(100)]
    with pytest.raises(SystemExit, match="no value of 'team' has 30 rows"):
        report(evaluation(found, own, base, values=few))
    some = [{"team": "few"}] * 10 + [{"team": "many"}] * 90
    parts = report(evaluation(found, own, base, values=some))["slices"]
    assert [part["note"] for part in parts] == ["fewer than 30 rows", ""]


def test_values_of_slices_come_from_the_rows() -> None:
    data = Data(file="data/x", fields={"response": "query"})
    row = {"team": "north", "number": 7, "response": "x"}
    assert data.slices(row, ["team", "group"], "a schema") == {"team": "north", "group": "a schema"}
    for name, words in (("number", "'number' is 7"), ("none", "'none' is None")):
        with pytest.raises(ValueError, match=words):
            data.slices(row, [name], "")


def test_nothing_is_compared_where_the_declaration_says_so(tmp_path: Path) -> None:
    found = declared(compare_with_approved=False)
    assert approved_version(tmp_path, ARN, "0" * 64, tmp_path / "model", found) is None
    result = evaluation(found, right(25, FEW), right(3, FEW))
    assert report(result)["approved"] == {"version": NONE, "why": "project.yml says so"}
    assert refused_by(result) == []


def test_a_version_whose_code_cannot_answer_is_told_with_the_way_on() -> None:
    version = Approved(ARN, Path(), frozenset())
    for failure in (KeyError("context"), SystemExit("its own code has ended")):
        with pytest.raises(SystemExit) as raised, version.answering():
            raise failure
        assert str(raised.value).startswith(f"{ARN} cannot answer the rows of today ({failure})")
        assert "declare 'compare_with_approved: false'" in str(raised.value)


def test_another_archive_than_the_registered_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotRegistered, match=r"holds no model.tar.gz, and .*/3 is approved"):
        registered(tmp_path, ARN, "0" * 64)
    (tmp_path / "model.tar.gz").write_text("another")
    with pytest.raises(SystemExit, match=f"{'0' * 64} was registered"):
        approved_version(tmp_path, ARN, "0" * 64, tmp_path / "model", FOUND)


def test_a_version_records_what_it_is_made_of_and_a_page_and_a_card_say_it(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>"
    found = declared(slices=["team"])
    values = [{"team": hostile}] * FEW
    result = evaluation(found, right(25, FEW), right(3, FEW), right(25, FEW), values=values)
    given = Namespace(data_uri="s3://b/data (1).json", base_model_uri="s3://b/data/base-model/")
    write(result, given, DATA, tmp_path)
    recorded = json.loads((tmp_path / "registration.json").read_text())
    card = json.loads(recorded.pop("ModelCard"))
    assert {*recorded} == {*RECORDED}
    assert recorded["ComparedWith"] == ARN
    # CreateModelPackage, CustomerMetadataProperties.
    assert all(re.fullmatch(r"[\w\s.:/=+@-]{1,256}", value) for value in recorded.values())
    details = card["additional_information"]["custom_details"]
    assert (details["data"], details["compared with"]) == ("a" * 64, ARN)
    test_set, slice_ = card["evaluation_details"]
    assert "exact_match 0.8333" in test_set["evaluation_observation"]
    assert slice_["name"] == f"team={hostile}"
    page = (tmp_path / "report.html").read_text()
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    assert "script" not in tags and tags.count("table") == 2
    assert ARN in page
    # First what an approval shows.
    assert [*json.loads((tmp_path / "evaluation.json").read_text())][0] == "gate"
    assert registration(report(result), DATA, given) == recorded


def test_a_model_keeps_what_it_was_made_of_and_what_it_has_learnt(tmp_path: Path) -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Hyperparameters:
        epochs: float = 3.0
        seed: int = 5

    base_model, model = tmp_path / "base-model", tmp_path / "model"
    for folder in (base_model, model):
        folder.mkdir()
    (base_model / "config.json").write_text("{}")
    seen = [training_record.fingerprint("a", "b"), training_record.fingerprint("ab", "")]
    training_record.leave(
        model, Hyperparameters(), FOUND, base_model=base_model, device="cpu", seen=seen
    )
    record = training_record.read(model)
    assert record.seen == {*seen} and len({*seen}) == 2
    assert record.content["hyperparameters"] == {"epochs": 3.0, "seed": 5}
    assert record.content["seeds"] == {"split": 42, "model": 5}
    assert "python" in record.content["libraries"]
    before = record.content["base_model_sha256"]
    (base_model / "config.json").write_text("{ }")
    training_record.leave(
        model, Hyperparameters(), FOUND, base_model=base_model, device="cpu", seen=seen
    )
    assert training_record.read(model).content["base_model_sha256"] != before
    assert training_record.read(tmp_path) == training_record.TrainingRecord({}, frozenset())
