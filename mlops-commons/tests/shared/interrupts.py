"""Programs that a test interrupts, however the tests themselves were started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """What is started inside can be interrupted.

    A shell without job control starts `command &` with SIGINT ignored, and whatever that command
    starts inherits it. A signal that is caught here is back to its default in a new program.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
