"""Programs that are started as in the foreground, also where the tests are a background job."""

import signal


def as_in_the_foreground() -> None:
    """Let control-C interrupt the program, for `preexec_fn`: a background job ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
