"""A model that fails is told apart from a client that asks wrongly."""

import json
import sys
from types import ModuleType
from typing import Any

import inference
import pytest
from answers import BadRequest, ModelFailure

JSON = inference.CONTENT_TYPE


class Context:
    """What the model server hands to a handler."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}

    def set_response_status(self, **given: Any) -> None:
        """Remember what is answered."""
        self.given = given


class Generation(ModuleType):
    """A project's own part, of which one function fails."""

    def __init__(self, fails: str = "", answer: Any = "an answer") -> None:
        super().__init__("generation")
        self.fails, self.answer = fails, answer

    def load(self, folder: str) -> str:
        """The model."""
        return self._result("load", folder)

    def checked(self, request: Any) -> Any:
        """The request, unless it is empty."""
        if not request:
            raise BadRequest("it is empty")
        return self._result("checked", request)

    def generated(self, request: Any, model: str) -> Any:
        """The answer."""
        return self._result("generated", self.answer)

    def _result(self, name: str, value: Any) -> Any:
        if name == self.fails:
            raise RuntimeError("out of memory")
        return value


def asked(generation: ModuleType | None, context: Context | None, body: str | bytes = "[1]") -> str:
    with pytest.MonkeyPatch.context() as patch:
        # None stands for a module that cannot be imported (Python, sys.modules).
        patch.setitem(sys.modules, "generation", generation)
        loaded = inference.model_fn("folder", context)
        request = inference.input_fn(body, JSON, context)
        return inference.output_fn(inference.predict_fn(request, loaded, context), JSON, context)


@pytest.mark.parametrize(
    ("generation", "words"),
    [
        (Generation("load"), "RuntimeError: out of memory"),
        (Generation("checked"), "RuntimeError: out of memory"),
        (Generation("generated"), "RuntimeError: out of memory"),
        (Generation(answer=object()), "not JSON serializable"),
        (Generation(answer=float("nan")), "not JSON compliant"),
        (None, "import of generation halted"),
    ],
)
def test_a_failure_of_the_model_is_answered_as_one_of_the_server(
    generation: ModuleType | None, words: str
) -> None:
    context = Context()
    assert words in json.loads(asked(generation, context))["error"]
    assert context.given == {"code": 500, "phrase": "Internal Server Error", "idx": 0}


@pytest.mark.parametrize("fails", ["load", "checked", "generated"])
def test_without_a_server_the_evaluation_fails_with_it(fails: str) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        asked(Generation(fails), None)


# At last half a character, which no tokenizer takes, and more levels than Python reads.
@pytest.mark.parametrize("body", ["[]", "no JSON", b"\xff", '["\\ud800"]', "[" * 100_000])
def test_a_client_s_mistake_is_raised_which_the_server_answers_with_400(body: str | bytes) -> None:
    context = Context()
    with pytest.raises(BadRequest):
        asked(Generation(), context, body)
    assert not context.given


def test_what_a_client_sends_is_told_in_letters_that_any_server_can_encode() -> None:
    assert str(BadRequest("unknown: \ud800")) == r"unknown: \ud800"


def test_an_answer_has_no_status_of_its_own() -> None:
    context = Context()
    assert asked(Generation(), context) == '"an answer"'
    assert not context.given
    assert ModelFailure("x").answer(context) == '{"error": "x"}'
