"""The one place where errors become text and exit codes."""

import contextlib
import sys
from collections.abc import Iterator

from mlops_commons.cli.exit_codes import ExitCode
from mlops_commons.utilities.errors import PlatformError


@contextlib.contextmanager
def reported_errors() -> Iterator[None]:
    """End the program with text and an exit code, without a traceback, where the user can help."""
    try:
        yield
    except PlatformError as error:
        sys.stdout.flush()
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(ExitCode.FAILURE) from error
    except KeyboardInterrupt as interrupt:
        raise SystemExit(ExitCode.INTERRUPTED) from interrupt
