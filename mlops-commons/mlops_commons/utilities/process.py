"""Other programs: started from argument lists, streamed, interrupted together with us."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Final

from mlops_commons.utilities.errors import PlatformError

FORWARDED_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 20.0
"""What an interrupted program has to tidy up in, where nobody can press control-C again."""


def in_terminal() -> bool:
    """Whether somebody can answer questions; a program may also be started without any stdin."""
    return sys.stdin is not None and sys.stdin.isatty()


def allow_interrupts_in_terminal() -> None:
    """Let control-C end what somebody watches.

    A program that was started with `&` by a shell without job control ignores SIGINT, and so does
    whatever it starts, a terminal included. Without a terminal it stays ignored, as that shell
    wants it.
    """
    if in_terminal() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run(
    arguments: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str],
    output: IO[bytes] | int | None = None,
) -> int:
    """Run a program to its end and return its exit code, 128 + n when signal n ended it.

    An interrupt is passed on to the program and everything that it started; after it the exit
    code is never 0, so a chain of programs stops.

    Args:
        arguments: the program and its arguments; no shell sees them.
        cwd: the directory that the program works in.
        environment: its whole environment.
        output: takes the program's stdout and stderr in place of ours.

    Raises:
        PlatformError: there is no such program, or it cannot be executed.
    """
    # In a terminal the program shares our group: only the foreground group may ask questions
    # there, and control-C reaches all of it. Without one, a group of its own can be signalled.
    own_group = not in_terminal()
    with _Interrupts(own_group=own_group) as interrupts:
        try:
            child = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=cwd,
                env=dict(environment),
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                process_group=0 if own_group else None,
            )
        except OSError as error:
            raise PlatformError(
                f"cannot run '{arguments[0]}': {error.strerror or error}",
                hint="check that it is installed; './mlops-multi-account.sh' installs its own "
                "tools again after: rm -rf .venv",
            ) from error
        interrupts.forward_to(child)
        code = child.wait()
        if interrupts.received and own_group:
            _end_group(child.pid)
    if interrupts.received:
        return 128 + interrupts.received[0]
    return 128 - code if code < 0 else code


class _Interrupts:
    """While entered, passes signals on to a child in place of dying from them."""

    def __init__(self, *, own_group: bool) -> None:
        self.received: list[int] = []
        self._own_group = own_group
        self._child: subprocess.Popen[bytes] | None = None
        self._end: threading.Timer | None = None

    def __enter__(self) -> "_Interrupts":
        self._before = {number: signal.getsignal(number) for number in FORWARDED_SIGNALS}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:  # as under nohup
                signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._end:
            self._end.cancel()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def forward_to(self, child: "subprocess.Popen[bytes]") -> None:
        """Name the child; signals that came before it was there reach it now."""
        self._child = child
        for number in tuple(self.received):
            self._forward(child, number)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.received.append(number)
        if self._child:
            self._forward(self._child, number)

    def _forward(self, child: "subprocess.Popen[bytes]", number: int) -> None:
        if self._own_group:
            _signal_group(child.pid, number)
            if self._end is None:
                self._end = threading.Timer(
                    PATIENCE_SECONDS, _signal_group, (child.pid, signal.SIGKILL)
                )
                self._end.daemon = True
                self._end.start()
        elif number != signal.SIGINT:  # the terminal has sent that one to the whole group
            child.send_signal(number)


def _signal_group(group: int, number: int) -> bool:
    """Signal a process group; False when nothing of it is left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
        return False
    return True


def _end_group(group: int) -> None:
    """Leave no orphan: what outlives an interrupted program gets a moment, then is killed."""
    end = time.monotonic() + GRACE_SECONDS
    number = int(signal.SIGTERM)
    while _signal_group(group, number) and time.monotonic() < end:
        number = 0
        time.sleep(0.02)
    _signal_group(group, signal.SIGKILL)
