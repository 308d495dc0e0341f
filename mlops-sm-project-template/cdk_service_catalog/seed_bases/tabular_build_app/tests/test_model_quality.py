"""Labels that arrive later, beside the captured answers of the version that gave them."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from captured_requests import NOW, answers, job, line
from declaration import METRIC_GROUPS
from declared_rows import DECLARED, TABLE, as_json, labels, rows

COUNT = 200
CLASSES = sorted({str(label) for label in labels(10_000)})
GROUP, METRIC = METRIC_GROUPS[DECLARED.task], DECLARED.gate.metric
ANSWERS = "answers"


@pytest.fixture(scope="module")
def asked() -> list[dict[str, str]]:
    return rows(COUNT, spread=True)


@pytest.fixture(scope="module")
def said(model_dir: Path, asked: list[dict[str, str]]) -> list[Any]:
    return answers(model_dir, asked)


@pytest.fixture(scope="module")
def tested(trained: tuple[Path, dict[str, Any]]) -> float:
    """The skill that the gate has seen."""
    return float(trained[1]["gate"]["skill"])


def captured(asked: Sequence[dict[str, str]], said: Sequence[Any]) -> list[str]:
    """A request for each row, whose client has given it a number."""
    return [
        line(
            ("application/json", as_json([row])),
            ("application/json", json.dumps({"predictions": [answer]})),
            "JSON",
            inference_id=f"order-{number}",
        )
        for number, (row, answer) in enumerate(zip(asked, said, strict=True))
    ]


def bring(folder: Path, name: str, lines: Sequence[str]) -> None:
    file = folder / "ml" / "processing" / "captured" / "labels" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def in_csv(found: Sequence[object]) -> list[str]:
    return ["inference_id,label", *(f"order-{n},{label}" for n, label in enumerate(found))]


def wrong_labels() -> list[object]:
    """None is what the model has learnt to say."""
    found = labels(COUNT)
    if DECLARED.task == "regression":
        spread = max(map(float, found)) - min(map(float, found))
        return [float(label) + spread for label in found]
    return [CLASSES[CLASSES.index(str(label)) - 1] for label in found]


def told(result: dict[str, Any]) -> list[str]:
    return [row["description"] for row in result["found"] if row["feature_name"] == ANSWERS]


def report(folder: Path) -> dict[str, Any]:
    file = folder / "ml" / "processing" / "report" / "model_quality.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_without_labels_nothing_is_measured_and_the_summary_says_so(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path
) -> None:
    result = job(model_dir, tmp_path, captured(asked, said))
    assert told(result) == []
    assert "no labels have arrived" in result["summary"]
    assert report(tmp_path) == {"labels": 0}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_right_answers_are_measured_beside_the_test_set_and_pass(
    model_dir: Path, asked: Any, said: Any, tested: float, tmp_path: Path, form: str
) -> None:
    true = labels(COUNT)
    in_json = [json.dumps({"inference_id": f"order-{n}", "label": v}) for n, v in enumerate(true)]
    bring(tmp_path, f"day.{form}", in_csv(true) if form == "csv" else in_json)
    result = job(model_dir, tmp_path, captured(asked, said), f"--tested={tested}")
    assert told(result) == []
    found = report(tmp_path)
    assert (found["labels"], found["used"]) == (COUNT, COUNT)
    assert found[GROUP][METRIC]["value"] == found["gate"]["value"]
    words = f"skill {found['gate']['skill']:.3f} ({tested:.3f} on the test set)"
    assert words in result["summary"]


def test_answers_that_are_wrong_more_often_than_on_the_test_set_ring(
    model_dir: Path, asked: Any, said: Any, tested: float, tmp_path: Path
) -> None:
    bring(tmp_path, "day.csv", in_csv(wrong_labels()))
    result = job(model_dir, tmp_path, captured(asked, said), f"--tested={tested}")
    (words,) = told(result)
    assert "are surely lost" in words and f"{tested:.3f} on the test set" in words
    assert words in result["summary"]
    few = job(model_dir, tmp_path, captured(asked, said), "--tested=1", "--minimum-labels=500")
    assert told(few) == [] and "too few (minimum_labels: 500)" in few["summary"]


def test_answers_of_another_version_are_not_measured(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path
) -> None:
    others = ["another", *said[1:]] if DECLARED.task == "multiclass" else [said[0] + 1, *said[1:]]
    bring(tmp_path, "day.csv", in_csv(labels(COUNT)))
    job(model_dir, tmp_path, captured(asked, others))
    found = report(tmp_path)
    assert (found["used"], found["answered_by_another_version"]) == (COUNT - 1, 1)


def test_a_request_of_several_rows_is_labelled_row_by_row(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path
) -> None:
    both = line(
        ("application/json", as_json(asked[:2])),
        ("text/csv", f"{said[0]}\n{said[1]}\n"),
        "JSON",
        inference_id="both",
    )
    true = labels(COUNT)
    given = [f"both,{true[0]},1", f"both,{true[1]},2", f"both,{true[1]},3"]
    bring(tmp_path, "day.csv", ["inference_id,label,row", *given])
    job(model_dir, tmp_path, [both])
    found = report(tmp_path)
    assert found["used"] == 2
    assert found["not_usable"]["first"] == [
        "labels/day.csv, line 4, row: 3, but the request has 2 rows"
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("day.csv", "order-0,", "labels/day.csv, line 2, label: is missing"),
        ("day.csv", ",1", "labels/day.csv, line 2, inference_id: is missing"),
        ("day.jsonl", "nonsense", "labels/day.jsonl, line 2: is no JSON object"),
        ("day.txt", "order-0,1", "labels/day.txt: is neither .csv nor .jsonl"),
        pytest.param(
            *("day.csv", "order-0,no such", "labels/day.csv, line 2, label: 'no such' is n"),
            id="wrong type",
        ),
    ],
)
def test_a_label_that_says_nothing_is_told_with_line_and_column(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path, name: str, text: str, words: str
) -> None:
    header = '{"inference_id": "order-1", "label": 1}' if name.endswith("l") else in_csv([])[0]
    bring(tmp_path, name, [header, text])
    result = job(model_dir, tmp_path, captured(asked[:2], said[:2]))
    (first, *_) = report(tmp_path)["not_usable"]["first"]
    assert first.startswith(words)
    assert any(words in each for each in told(result))


def test_duplicated_late_and_unknown_labels_are_counted_and_the_first_ten_named(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path
) -> None:
    true = in_csv(labels(COUNT))
    unknown = [f"nobody-{n},{true[1].partition(',')[2]}" for n in range(12)]
    bring(tmp_path, "day.csv", [*true, true[1], *unknown])
    job(model_dir, tmp_path, captured(asked, said))
    found = report(tmp_path)
    assert found["not_usable"] == {
        "count": 1,
        "first": [
            f"labels/day.csv, line {COUNT + 2}, inference_id: 'order-0' has a label already, in "
            "labels/day.csv, line 2"
        ],
    }
    assert found["unknown"]["count"] == 12
    assert len(found["unknown"]["first"]) == 10
    assert (found["used"], found["late"]["count"]) == (COUNT, 0)
    old = NOW - timedelta(days=3)
    asked_then = [
        line_.replace(NOW.strftime("%Y-%m-%dT"), old.strftime("%Y-%m-%dT"))
        for line_ in captured(asked, said)
    ]
    late = tmp_path / "late"
    late.mkdir()
    bring(late, "day.csv", true)
    job(model_dir, late, asked_then, "--label-days=2", when=old)
    found = report(late)
    assert (found["used"], found["late"]["count"]) == (0, COUNT)


def test_labels_of_which_none_has_a_request_ring(
    model_dir: Path, asked: Any, said: Any, tmp_path: Path
) -> None:
    bring(tmp_path, "day.csv", [line_.replace("order", "sale") for line_ in in_csv(["1", "2"])])
    result = job(model_dir, tmp_path, captured(asked[:3], said[:3]))
    (words,) = told(result)
    assert words == "no label has the id of a captured request: labels/day.csv, line 2"


def test_a_label_is_what_the_model_answers_for(model_dir: Path) -> None:
    recorded = json.loads((model_dir / "training.json").read_text(encoding="utf-8"))
    without = recorded["without_a_model"]
    if DECLARED.task == "regression":
        assert min(map(float, labels(10_000))) < without[0] < max(map(float, labels(10_000)))
    else:
        assert len(without) == len(CLASSES) and sum(without) == pytest.approx(1)
    assert TABLE.label not in TABLE.features
