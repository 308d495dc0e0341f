"""A request in JSON means the category that the training has seen, or is refused: never another."""

import json
import shutil
from pathlib import Path
from typing import Any

import inference
import json_values
import pandas as pd
import pytest
import train
import yaml
from declaration import Table, declared
from models import fit

from ml_pipelines.script_processes import run

COUNT = 120
CONTENT: dict[str, Any] = {
    "data": {
        "file": "data/x.csv",
        "label": "y",
        "columns": {
            "vip": "category",
            "grade": "category",
            "code": "category",
            "flag": "category",
            "size": "number",
            "y": "category",
        },
    },
    "task": "binary",
    "positive": "yes",
    "gate": {"metric": "log_loss"},
}
ASKED: dict[str, object] = {"vip": "true", "grade": "1", "code": "00501", "flag": "1", "size": 0}


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a table that writes true and 1, and one code with zeros before it."""
    rows = pd.DataFrame(
        {
            "vip": ["true" if n % 2 else "false" for n in range(COUNT)],
            "grade": [str(n % 3 + 1) for n in range(COUNT)],
            "code": ["00501" if n % 5 else "10115" for n in range(COUNT)],
            "flag": [("1", "1.0", "0")[n % 3] for n in range(COUNT)],
            "size": [float(n % 7) for n in range(COUNT)],
        }
    )
    rows["y"] = ["yes" if (n % 2) ^ (n % 3 == 1) else "no" for n in range(COUNT)]
    found = declared(CONTENT)
    target = tmp_path_factory.mktemp("model")
    train.save(fit(rows, found, {**found.hyperparameters, "iterations": 20}), target, found)
    (target / "code" / "project.yml").write_text(yaml.safe_dump(CONTENT, sort_keys=False))
    shutil.rmtree(target / "code" / "__pycache__", ignore_errors=True)
    return target


def served(model_dir: Path, *rows: dict[str, object]) -> list[Any]:
    """The answer to each row, or why there is none."""
    code = (
        "import inference, json, sys; model = inference.model_fn(sys.argv[1])\n"
        "for line in sys.stdin:\n"
        "    found = inference.predict_fn(inference.input_fn(line, 'application/json'), model)\n"
        "    print(json.dumps(getattr(found, 'reason', found)))"
    )
    given = "".join(json.dumps({"instances": [{**ASKED, **row}]}) + "\n" for row in rows)
    done = run(code, str(model_dir), cwd=model_dir / "code", given=given)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_truths_and_numbers_of_json_are_what_the_file_writes(model_dir: Path) -> None:
    ways = ({"vip": True}, {"grade": 1}, {"grade": 1.0}, {"code": 10115}, {"vip": False})
    texts = ({}, {}, {}, {"code": "10115"}, {"vip": "false"})
    answers = served(model_dir, *ways, *texts)
    assert answers[:5] == answers[5:]
    assert answers[0] != answers[4]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"code": 501}, "row 1: code is 501, which the training has seen as '00501'"),
        ({"grade": True}, "row 1: grade is true, which the training has not seen: send the"),
        ({"flag": True}, "row 1: flag is true"),
        ({"vip": 1}, "row 1: vip is 1, which the training has not seen"),
        ({"flag": 1.5e0}, ""),
    ],
)
def test_what_may_be_another_category_is_refused_by_its_column(
    model_dir: Path, row: dict[str, object], words: str
) -> None:
    (answer,) = served(model_dir, row)
    assert words in answer if words else isinstance(answer[0], float)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"vip": "TRUE"},
            "row 1: vip is 'TRUE', which the training has seen as 'true': send it so",
        ),
        ({"vip": " True"}, "row 1: vip is 'True', which the training has seen as 'true'"),
        ({"vip": "1"}, "row 1: vip is '1', which the training has seen as 'true'"),
        ({"vip": "0.0"}, "row 1: vip is '0.0', which the training has seen as 'false'"),
        ({"grade": "1.0"}, "row 1: grade is '1.0', which the training has seen as '1'"),
        ({"grade": "true"}, "row 1: grade is 'true', which the training has seen as '1'"),
        ({"code": "501"}, "row 1: code is '501', which the training has seen as '00501'"),
        ({"flag": "1.00"}, "row 1: flag is '1.00', which the training has seen as '1' and '1.0'"),
        ({"vip": " true "}, ""),
        ({"vip": "perhaps", "grade": "4", "code": "00601"}, ""),
        ({"vip": ""}, ""),
    ],
)
def test_a_text_is_a_category_as_the_training_has_seen_it_or_a_new_one(
    model_dir: Path, row: dict[str, object], words: str
) -> None:
    (answer,) = served(model_dir, row)
    assert words in answer if words else isinstance(answer[0], float)


def test_a_request_in_csv_is_read_like_one_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"place": "category", "long": "category", "y": "category"}
    table = Table(file="data/x.csv", label="y", columns=columns)
    seen = json_values.seen_in({"place": ["New York", ""], "long": ["9007199254740992"]}, table)
    monkeypatch.setattr(inference, "TABLE", table)
    monkeypatch.setattr(inference, "SEEN", seen)
    known = "New York,9007199254740992\n,9007199254740993\nOslo,1"
    assert inference.rows(known, "text/csv")["place"].tolist() == ["New York", "", "Oslo"]
    with pytest.raises(ValueError) as raised:
        inference.rows("Oslo,1\nnew  york,9007199254740992.0", "text/csv")
    assert str(raised.value) == (
        "request, row 2: long is '9007199254740992.0', which the training has seen as "
        "'9007199254740992': send it so\n"
        "row 2: place is 'new  york', which the training has seen as 'New York': send it so"
    )


@pytest.mark.parametrize(
    ("batch", "strange", "count", "words"),
    [
        ("true", 3, 20, "15% of the values of place are categories that the training has not seen"),
        ("true", 3, 20, "such as 'Oslo' in row 1 of 20; 10% may be"),
        ("true", 2, 20, ""),
        ("true", 3, 19, ""),
        ("", 20, 20, ""),
    ],
)
def test_a_batch_of_other_words_is_refused_and_a_request_is_not(
    monkeypatch: pytest.MonkeyPatch, batch: str, strange: int, count: int, words: str
) -> None:
    columns = {"place": "category", "only here": "category", "y": "category"}
    table = Table(file="data/x.csv", label="y", columns=columns)
    monkeypatch.setattr(inference, "TABLE", table)
    monkeypatch.setattr(inference, "SEEN", json_values.seen_in({"place": ["north", ""]}, table))
    monkeypatch.setenv("SAGEMAKER_BATCH", batch)
    places = ["Oslo"] * strange + ["north"] * (count - strange - 1) + [""]
    said = "\n".join(f"{place},{n}" for n, place in enumerate(places[:count]))
    answer = inference.input_fn(said, "text/csv")
    assert words in getattr(answer, "reason", "")
    assert bool(words) is hasattr(answer, "reason")


def test_a_number_that_is_written_in_two_ways_is_the_one_that_json_writes_or_refused() -> None:
    columns = {"a": "category", "b": "number", "y": "category"}
    table = Table(file="data/x.csv", label="y", columns=columns)
    seen = json_values.Seen(table, {"a": {1.0: ["1", "1.00"], 2.0: ["2.00", "2.000"]}})
    assert (seen.text(1, "a"), seen.text(3, "a"), seen.text("2", "a")) == ("1", "3", "2")
    assert (seen.text(float("nan"), "a"), seen.text(None, "a")) == ("", "")
    with pytest.raises(ValueError, match="a is 2, which the training has seen as '2.00' and"):
        seen.text(2, "a")
    assert (seen.text(True, "b"), seen.text(1.0, "b")) == ("True", "1.0")
