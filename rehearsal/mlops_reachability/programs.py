"""Programs that several threads start and wait for, ended together when one person interrupts."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.process import in_terminal


class Programs:
    """The programs that run now; none is started once they have been ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False
        # As in `utilities.process`: in a terminal control-C reaches whoever shares its group.
        self._own_group = not in_terminal()

    def run(
        self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program to its end, with what it says.

        Raises:
            PlatformError: the programs have been ended.
        """
        with self._lock:
            if self._ended:
                raise PlatformError(f"'{command[0]}' is not started: everything has been ended")
            program = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                process_group=0 if self._own_group else None,
            )
            self._running.add(program)
        try:
            out, err = program.communicate()
        finally:
            with self._lock:
                self._running.discard(program)
        return subprocess.CompletedProcess(program.args, program.returncode, out, err)

    def end(self) -> None:
        """End what runs, and start nothing any more; what they write is for a temporary folder."""
        with self._lock:
            self._ended = True
            for program in self._running:
                if self._own_group:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(program.pid, signal.SIGKILL)
                else:
                    program.kill()


@contextlib.contextmanager
def in_threads() -> Iterator[tuple[ThreadPoolExecutor, Programs]]:
    """Threads, and programs for them; an error or control-C here ends all of it at once."""
    programs = Programs()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        try:
            yield pool, programs
        except BaseException:
            # What waits is not begun; what runs ends, so the threads have nothing to wait for.
            pool.shutdown(wait=False, cancel_futures=True)
            programs.end()
            raise
