"""A model of another version answers with its own code, in a process of its own."""

import json
from pathlib import Path

import handlers
import pytest

INFERENCE = """
import os
from words import WORD
CONTENT_TYPE = "application/json"

def model_fn(folder):
    print("loading", folder)
    return WORD

def input_fn(body, content_type):
    return body

def predict_fn(request, model):
    if request == "die":
        os._exit(3)
    return f"{model} {request}"

def output_fn(answer, accept):
    print("answered")
    return answer
"""


def model_of(folder: Path, word: str) -> tuple[Path, Path]:
    """Code and model, whose modules have the names of every other one."""
    code = folder / word / "code"
    code.mkdir(parents=True)
    (code / "inference.py").write_text(INFERENCE)
    (code / "words.py").write_text(f"WORD = {word!r}\n")
    return code, code.parent


def test_each_version_answers_with_its_own_code(tmp_path: Path) -> None:
    body = json.dumps({"inputs": ["line\nbreak", "\u2028", "\ud83d\ude00"]})
    for word in ("first", "second"):
        with handlers.apart(*model_of(tmp_path, word)) as ask:
            assert [ask(text) for text in (body, "x")] == [f"{word} {body}", f"{word} x"]


def test_a_version_that_ends_before_it_answers_is_told(tmp_path: Path) -> None:
    with (
        handlers.apart(*model_of(tmp_path, "first")) as ask,
        pytest.raises(SystemExit, match="its own code has ended with exit code 3"),
    ):
        ask("die")
    broken, model = model_of(tmp_path, "broken")
    (broken / "words.py").unlink()
    with (
        handlers.apart(broken, model) as ask,
        pytest.raises(SystemExit, match="exit code 1"),
    ):
        ask("x")
