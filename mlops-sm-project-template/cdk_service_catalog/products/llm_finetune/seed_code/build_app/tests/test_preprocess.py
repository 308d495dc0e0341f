"""Data of one's own: what is read, what is refused with its line, and what is kept apart."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from container import read_json_lines, write_json_lines
from declaration import Data, Declaration, Gate, Split
from preprocess import parts, read_rows
from tasks import METRICS, metrics, problems

A, B = "CREATE TABLE a (x INTEGER)", "CREATE TABLE b (x INTEGER)"


def example(number: int, context: str = A, **more: Any) -> dict[str, Any]:
    return {
        "instruction": f"question {number}",
        "context": context,
        "response": f"SELECT x FROM {context.split()[2]} WHERE x > {number}",
        **more,
    }


def written(folder: Path, *rows: dict[str, Any] | str) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def declared(**values: Any) -> Declaration:
    gate = Gate(
        metric=values.pop("metric", "execution_accuracy"), minimum_rows=values.pop("rows", 1)
    )
    given = {"data": Data(file="data"), "task": "text-to-sql", **values}
    return Declaration(gate=gate, **given)


def test_no_schema_is_in_both_parts(tmp_path: Path) -> None:
    spaced = A.replace(" (", "\n(")
    written(tmp_path, *(example(n, (A, B, spaced)[n % 3]) for n in range(30)))
    rows = read_rows(tmp_path, Data(file="data"), queries=True)
    train, test = parts(rows, declared())
    assert {row["group"] for row in train} & {row["group"] for row in test} == set()
    assert len(train) == 20 and len(test) == 10


def test_a_split_by_chance_is_one_too(tmp_path: Path) -> None:
    written(tmp_path, *map(example, range(20)))
    rows = read_rows(tmp_path, Data(file="data"), queries=True)
    train, test = parts(rows, declared(split=Split(by="random", test=0.25)))
    assert (len(train), len(test)) == (15, 5)
    with pytest.raises(SystemExit, match="one group"):
        parts(rows, declared())


def test_too_few_rows_to_test_with_stop_before_anything_is_paid(tmp_path: Path) -> None:
    written(tmp_path, *(example(n, (A, B)[n % 2]) for n in range(10)))
    rows = read_rows(tmp_path, Data(file="data"), queries=True)
    with pytest.raises(SystemExit, match=r"5 rows .* gate.minimum_rows in project.yml is 6"):
        parts(rows, declared(rows=6))


def test_rows_that_cannot_tell_answers_apart_are_trained_on_and_not_tested_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    useless = {"instruction": "nothing", "context": B, "response": "SELECT x FROM b WHERE 1 = 2"}
    written(tmp_path, useless, *(example(n, (A, B)[n % 2]) for n in range(10)))
    rows = read_rows(tmp_path, Data(file="data"), queries=True)
    for seed in range(8):
        train, test = parts(rows, declared(split=Split(seed=seed)))
        assert "nothing" not in [row["instruction"] for row in test]
    assert "not tested with: nothing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("no JSON", "rows.jsonl:2: no JSON"),
        ("[]", "rows.jsonl:2: a JSON list"),
        (example(1, answer=1) | {"response": 1}, "'response' is 1, not a text"),
        (example(1) | {"instruction": " "}, "'instruction' is ' ', not a text"),
        (example(1) | {"context": None}, "'context' is None, not a text"),
        (example(1) | {"response": "SELECT y FROM a"}, "no such column: y"),
        (example(1) | {"response": "DROP TABLE a"}, "not authorized"),
        (example(1) | {"context": "nothing at all"}, "syntax error"),
    ],
)
def test_a_line_that_is_no_example_is_named(tmp_path: Path, bad: Any, words: str) -> None:
    with pytest.raises(SystemExit) as raised:
        read_rows(written(tmp_path, example(0), bad), Data(file="data"), queries=True)
    assert words in str(raised.value)


def test_a_text_may_hold_any_letter(tmp_path: Path) -> None:
    strange = "line\u2028separated\x85 \ud83d\ude00"
    row = {"instruction": strange, "response": "x\r\n"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row, ensure_ascii=True) + "\r\n")
    (found,) = read_rows(tmp_path, Data(file="data"), queries=False)
    write_json_lines(tmp_path / "handed_on", [found])
    assert read_json_lines(tmp_path / "handed_on") == [found]


def test_a_question_that_was_asked_before_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, example(1), example(1), example(2))
    assert len(read_rows(tmp_path, Data(file="data"), queries=True)) == 2


def test_fields_may_be_called_otherwise(tmp_path: Path) -> None:
    names = {"instruction": "question", "context": "schema", "response": "query"}
    written(tmp_path, *({names[key]: value for key, value in example(n).items()} for n in (1, 2)))
    rows = read_rows(tmp_path, Data(file="data", fields=names), queries=True)
    assert [row["instruction"] for row in rows] == ["question 1", "question 2"]
    bad = written(tmp_path, {"question": "x", "schema": A, "query": 7})
    with pytest.raises(SystemExit, match="'query' is 7"):
        read_rows(bad, Data(file="data", fields=names), queries=True)


def test_a_group_of_ones_own_stays_together(tmp_path: Path) -> None:
    texts = [{"instruction": f"q{n}", "response": "yes", "author": "ab"[n % 2]} for n in range(10)]
    found = declared(
        data=Data(file="data", group="author"), task="generation", metric="exact_match"
    )
    train, test = parts(read_rows(written(tmp_path, *texts), found.data, queries=False), found)
    assert {row["group"] for row in train} & {row["group"] for row in test} == set()


def test_a_row_says_of_which_slice_it_is(tmp_path: Path) -> None:
    written(tmp_path, example(1, team="north"), example(2, team="south"))
    rows = read_rows(tmp_path, Data(file="data"), queries=True, slices=["team", "group"])
    assert [row["slices"]["team"] for row in rows] == ["north", "south"]
    assert {row["slices"]["group"] for row in rows} == {rows[0]["group"]}
    bad = written(tmp_path, example(1))
    with pytest.raises(SystemExit, match="rows.jsonl:1: 'team' is None, not a text, and gate"):
        read_rows(bad, Data(file="data"), queries=True, slices=["team"])


def test_a_metric_of_ones_own_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tasks

    (tmp_path / "own_words.py").write_text(
        "def polite(row, given):\n    return 'please' in given\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(tasks, "__file__", str(tmp_path / "tasks.py"))
    found = declared(task="generation", metric="own_words:polite")
    assert [*problems(found)] == []
    assert metrics(found)["polite"]({}, "please wait")
    assert {*metrics(found)} == {*METRICS["generation"], "polite"}
    (problem,) = problems(declared(task="generation", metric="own_words:rude"))
    assert "no function rude in source_scripts/own_words.py" in problem[1]
    (problem,) = problems(declared(task="generation"))
    assert (
        "'execution_accuracy' is not for generation; allowed are exact_match, token_f1, rouge_1"
        in problem[1]
    )
    sys.modules.pop("own_words")


def test_texts_are_compared_as_the_metric_says() -> None:
    row = {"response": "Paris in  France"}
    named = metrics(declared(task="generation", metric="token_f1"))
    assert named["exact_match"](row, "Paris in France") == 1
    assert named["exact_match"](row, "paris in France") == 0
    assert named["token_f1"](row, "in paris") == pytest.approx(0.8)
    assert named["token_f1"](row, "nowhere") == 0


# What rouge-score 0.1.2 says of each pair: RougeScorer(["rouge1", "rouge2", "rougeL"]), fmeasure.
ROUGE = [
    ("The cat sat on the mat.", "the cat was on the mat", 0.833333, 0.6, 0.833333),
    ("A b c d e", "e d c b a", 1.0, 0.0, 0.2),
    ("The police killed the gunman", "The gunman police killed", 0.888889, 0.571429, 0.666667),
    ("one two one two", "one two three", 0.571429, 0.4, 0.571429),
    ("Order no. 12-34_a is late!", "order 12 34 a late", 0.833333, 0.4, 0.833333),
    ("word", "other", 0.0, 0.0, 0.0),
    ("...", "x", 0.0, 0.0, 0.0),
    ("same text", "Same, text", 1.0, 1.0, 1.0),
    ("a", "a a a a", 0.4, 0.0, 0.4),
    ("It costs $5.00 in total", "In total it costs 5 dollars", 0.833333, 0.6, 0.5),
]


@pytest.mark.parametrize(("right", "given", "one", "two", "longest"), ROUGE)
def test_rouge_is_what_its_package_says(
    right: str, given: str, one: float, two: float, longest: float
) -> None:
    named = metrics(declared(task="generation", metric="rouge_l"))
    found = [named[f"rouge_{name}"]({"response": right}, given) for name in ("1", "2", "l")]
    assert found == pytest.approx([one, two, longest], abs=1e-6)


def test_rouge_knows_letters_of_every_alphabet() -> None:
    named = metrics(declared(task="generation", metric="rouge_l"))
    assert named["rouge_l"]({"response": "Größe Здравствуй"}, "größe здравствуй") == 1
    assert named["rouge_1"]({"response": "Größe"}, "Grüße") == 0
