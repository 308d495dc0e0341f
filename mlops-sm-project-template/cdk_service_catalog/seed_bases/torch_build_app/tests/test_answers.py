"""A model that fails is told apart from a client that asks wrongly."""

import json
from typing import Any

import pytest
from answers import model_failure


class Context:
    """What the model server hands to a handler."""

    def set_response_status(self, **given: Any) -> None:
        """Remember what is answered."""
        self.given = given


def test_a_failure_of_the_model_is_answered_as_one_of_the_server() -> None:
    context = Context()
    failure = model_failure(RuntimeError("out of memory"), context)
    assert context.given == {"code": 500, "phrase": "Internal Server Error", "idx": 0}
    assert json.loads(failure.text()) == {"error": "RuntimeError: out of memory"}


def test_without_a_server_the_evaluation_fails_with_it() -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        model_failure(RuntimeError("out of memory"), None)
