"""What becomes of a question that waits for a person."""

from enum import StrEnum
from typing import Final

from mlops_commons.utilities.errors import PlatformError

SEVEN_DAYS: Final = 7 * 24 * 60
"""Minutes that a manual approval waits (CodePipeline User Guide, "Manage approval actions")."""


class Approval(StrEnum):
    """How somebody has answered."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


def granted(answer: Approval, minutes: int = SEVEN_DAYS) -> str:
    """What an approval has come to.

    Args:
        minutes: how long it has waited for the answer at most.

    Raises:
        PlatformError: it was rejected, or nobody has answered.
    """
    if answer is Approval.EXPIRED:
        raise PlatformError(
            f"{answer}: nobody has answered within {minutes} minutes",
            hint="start the pipeline again, and answer in time: aws codepipeline "
            "start-pipeline-execution",
        )
    if answer is Approval.REJECTED:
        raise PlatformError(answer, hint="run the rehearsal again and approve it")
    return answer
