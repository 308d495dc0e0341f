"""How a job says why it has failed, where people read it."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

LONGEST = 1024
"""So many characters SageMaker keeps (API: DescribeTrainingJob, DescribeProcessingJob)."""
PLACES = ("failure", "message")
"""In /opt/ml/output: the FailureReason of a training job, the ExitMessage of a processing job."""


def fail(message: str) -> int:
    """Print a reason, leave it for SageMaker, and give the exit code."""
    print(f"error: {message}", file=sys.stderr)
    leave(message, PLACES)
    return 1


def leave(message: str, places: Sequence[str] = PLACES[1:]) -> None:
    """Say something to whoever describes the job, a processing job that succeeds too.

    Source: SageMaker Developer Guide, "How Amazon SageMaker Processing Configures Your Processing
    Container"; API Reference, DescribeProcessingJob, ExitMessage.
    """
    folder = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "output"
    folder.mkdir(parents=True, exist_ok=True)
    for name in places:
        (folder / name).write_text(message[:LONGEST], encoding="utf-8")


def ended(main: Callable[[], int | None]) -> int:
    """Run a script to its end; the exit code, and for a failure the reason is left.

    A failure that nobody has foreseen keeps its traceback in the log, and leaves where it was.
    """
    try:
        return main() or 0
    except SystemExit as ended_with:
        if isinstance(ended_with.code, str):
            return fail(ended_with.code)
        return ended_with.code or 0
    except BaseException as error:
        *_, last = traceback.extract_tb(error.__traceback__)
        where = f"{Path(last.filename).name}, line {last.lineno}: {last.line}"
        fail(f"{type(error).__name__}: {error}\n{where}")
        raise
