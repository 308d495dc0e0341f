"""The one place where errors become text and exit codes."""

import atexit
import contextlib
import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from typing import IO, Any, Final

from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.cli.tables import say
from mlops_commons.utilities.errors import PlatformError

NO_ROOM: Final = "free space there, then run the same command again"
NOT_ALLOWED: Final = (
    "make it writable for yourself (ls -l shows whose it is), or use a copy of this repository"
)
SURROUNDINGS: Final = {
    errno.ENOSPC: NO_ROOM,
    errno.EDQUOT: NO_ROOM,
    errno.EROFS: NOT_ALLOWED,
    errno.EACCES: NOT_ALLOWED,
    errno.EPERM: NOT_ALLOWED,
    errno.EMFILE: "raise the limit of open files (ulimit -n), then run the same command again",
}
"""What the machine refuses, whatever we were doing, and what a person can do about it."""
NO_TEMPORARY: Final = "No usable temporary directory"
"""The beginning of what Python's tempfile says (tempfile.py, _get_default_tempdir)."""


@contextlib.contextmanager
def reported_errors() -> Iterator[None]:
    """End the program with text and an exit code, without a traceback, where the user can help."""
    try:
        yield
    except PlatformError as error:
        _end(error)
    except OSError as error:
        found = _surroundings(error)
        if found is None:
            raise
        _end(found)
    except KeyboardInterrupt as interrupt:
        _say_interrupted()
        raise SystemExit(ExitCode.INTERRUPTED) from interrupt
    except SystemExit as ended:
        # Typer ends a command that is interrupted without a word; whoever says one ends it himself.
        if ended.code == ExitCode.INTERRUPTED and _by_a_person(ended):
            _say_interrupted()
        raise


@contextlib.contextmanager
def leaving_at_once() -> Iterator[None]:
    """End an interrupted process as soon as all that was begun is tidied up.

    Python would go on to wait for threads and to take its modules apart, which takes seconds on a
    busy machine, and forever where a thread waits for an answer.
    """
    try:
        yield
    except SystemExit as ended:
        if ended.code != ExitCode.INTERRUPTED:
            raise
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(ExitCode.INTERRUPTED)


def begin_all_alike() -> None:
    """Let the mistakes that Typer finds in a command begin as ours do: `error:`.

    It has no setting for that; its own exceptions print themselves (typer/_click/exceptions.py).
    """
    from typer._click.exceptions import UsageError

    as_typer_says = UsageError.show

    def show(self: UsageError, file: IO[Any] | None = None) -> None:
        said = io.StringIO()
        as_typer_says(self, said)
        text = re.sub(r"^Error: ", "error: ", said.getvalue(), flags=re.M)
        # Of a word that is none of a list it says what Python raised, too.
        (file or sys.stderr).write(text.replace(": Value error, ", ": "))

    UsageError.show = show  # type: ignore[method-assign]


def _by_a_person(ended: BaseException | None) -> bool:
    """Whether control-C is behind an end of the program."""
    while ended is not None:
        if isinstance(ended, KeyboardInterrupt):
            return True
        hidden = ended.__suppress_context__
        ended = ended.__cause__ or (None if hidden else ended.__context__)
    return False


def _say_interrupted() -> None:
    sys.stdout.flush()
    say("interrupted")


def _surroundings(error: OSError) -> PlatformError | None:
    """What a person can do about a disk, a right or a limit; None for any other error."""
    reason = error.strerror or str(error)
    if reason.startswith(NO_TEMPORARY):
        hint = "free space in /tmp, or name a folder with room by TMPDIR"
        return PlatformError(f"no temporary folder can be used: {reason}", hint=hint)
    if error.errno not in SURROUNDINGS:
        return None
    where = f" {error.filename}" if error.filename else ""
    return PlatformError(f"cannot use{where}: {reason}", hint=SURROUNDINGS[error.errno])


def _end(error: PlatformError) -> None:
    sys.stdout.flush()
    say(f"error: {error}")
    raise SystemExit(ExitCode.FAILURE) from error
