"""How a job says why it has failed, where people read it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

LONGEST = 1024
"""So many characters SageMaker keeps (API: DescribeTrainingJob, DescribeProcessingJob)."""
PLACES = ("failure", "message")
"""In /opt/ml/output: the FailureReason of a training job, the ExitMessage of a processing job."""


def fail(message: str) -> int:
    """Print a reason, leave it for SageMaker, and give the exit code."""
    print(f"error: {message}", file=sys.stderr)
    folder = Path(os.environ.get("ML_ROOT", "/opt/ml")) / "output"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PLACES:
        (folder / name).write_text(message[:LONGEST], encoding="utf-8")
    return 1


def ended(main: Callable[[], None]) -> int:
    """Run a script to its end; the exit code, and for a failure the reason is left.

    A failure that nobody has foreseen keeps its traceback in the log.
    """
    try:
        main()
    except SystemExit as ended_with:
        return fail(str(ended_with.code)) if isinstance(ended_with.code, str) else 1
    except Exception as error:
        fail(f"{type(error).__name__}: {error}")
        raise
    return 0
