"""How a job says why it has failed, where people read it."""

import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

LONGEST = 1024
"""So many characters SageMaker keeps (API: DescribeTrainingJob, DescribeProcessingJob)."""
OWN_WORDS = 100
"""What SageMaker writes around a reason, such as `AlgorithmError: `, has the same characters."""
PLACES = ("failure", "message")
"""In /opt/ml/output: the FailureReason of a training job, the ExitMessage of a processing job."""
END_OF_LOG = "the end of the log:"
LINES: deque[str] = deque(maxlen=20)
"""What the script has written last; the end of a log of CloudWatch is of the same lines."""


class Kept:
    """A stream that remembers its last lines; everything else of it is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._line = ""

    def write(self, text: str) -> int:
        """Write through; a line is remembered when it ends, as the last state of a progress bar."""
        *whole, self._line = (self._line + text).split("\n")
        LINES.extend(line.rpartition("\r")[2].rstrip() for line in whole if line.strip())
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


@contextmanager
def remembered() -> Iterator[None]:
    """Remember the last lines that Python writes within; a program that it starts writes its own
    way, and only the log has it."""
    LINES.clear()
    out, err = Kept(sys.stdout), Kept(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):  # type: ignore[type-var]
        yield


def fail(message: str) -> int:
    """Print a reason, leave it for SageMaker with the end of the log, and give the exit code."""
    found = with_end_of_log(message)
    print(f"error: {message}", file=sys.stderr)
    leave(found, PLACES)
    return 1


def with_end_of_log(message: str) -> str:
    """A reason, and below it the last lines of the log that it has not said and there is room for.

    The notice of a failure shows both (`failureReason` of the event of a step).
    """
    room = LONGEST - OWN_WORDS - len(message) - len(END_OF_LOG) - 1
    kept: list[str] = []
    for line in reversed(LINES):
        if line in message:
            continue
        room -= len(line) + 1
        if room < 0:
            break
        kept.insert(0, line)
    return "\n".join((message, END_OF_LOG, *kept)) if kept else message


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
    with remembered():
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
