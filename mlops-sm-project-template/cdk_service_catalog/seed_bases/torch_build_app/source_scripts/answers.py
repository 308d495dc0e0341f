"""What an endpoint answers when its model fails, so that a rollout sees it.

The Hugging Face inference toolkit answers 400 for everything that a handler raises, as if each
failure were the client's (handler_service.HuggingFaceHandlerService.handle). A version that cannot
answer would go through a canary unseen. The status that a handler sets in the context counts more.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ModelFailure:
    """An answer that is none."""

    reason: str

    def text(self) -> str:
        """The answer as JSON."""
        return json.dumps({"error": self.reason})


def model_failure(error: Exception, context: Any) -> ModelFailure:
    """Answer 500 for a failure of the model.

    Args:
        context: the model server's; none in the evaluation, which then fails.

    Raises:
        Exception: the failure itself, where there is no server.
    """
    if context is None:
        raise error
    context.set_response_status(code=500, phrase="Internal Server Error", idx=0)
    return ModelFailure(f"{type(error).__name__}: {error}")
