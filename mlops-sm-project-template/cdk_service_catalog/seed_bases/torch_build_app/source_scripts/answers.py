"""Whose an error is: the client's, or the model's, so that a rollout sees a model that fails.

The Hugging Face inference toolkit answers 400 for everything that a handler raises, a model that
cannot be loaded included, as if each failure were the client's
(handler_service.HuggingFaceHandlerService.handle). A version that cannot answer would go through a
canary unseen. The status that a handler sets in the context counts more.
"""

import json
from dataclasses import dataclass
from typing import Any


class BadRequest(ValueError):
    """The client's mistake: answered with 400."""

    def __init__(self, message: str) -> None:
        """Keep the message in ASCII: the server dies of one that it cannot encode."""
        super().__init__(message.encode("ascii", "backslashreplace").decode("ascii"))


@dataclass(frozen=True)
class ModelFailure:
    """What stands for a model or an answer that there is none of: answered with 500."""

    reason: str

    def answer(self, context: Any) -> str:
        """The answer as JSON, with its status."""
        context.set_response_status(code=500, phrase="Internal Server Error", idx=0)
        return json.dumps({"error": self.reason})


def failed(error: Exception, context: Any) -> ModelFailure:
    """A failure of the model, to be handed on to what answers.

    Args:
        context: the model server's; none in the evaluation, which then fails.

    Raises:
        Exception: the failure itself, where there is no server.
    """
    if context is None:
        raise error
    return ModelFailure(f"{type(error).__name__}: {error}")
