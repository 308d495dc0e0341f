"""Scripts in processes of their own, which on Linux find the libraries imported already.

Importing scikit-learn and pandas takes longer than what most scripts do with a small table. One
process imports them and forks for each script, which sees nothing of what another one has done.

What tells such a script from `python script.py`: a library has read its variables, such as
`OMP_NUM_THREADS`, before the script sets them; modules of the standard library are there that it
has not imported; its hash seed is that of other scripts, and its umask that of this process when
the first one was started; its stack begins with one line more; and as its output goes to files,
what a child of it prints after its end, and what a full disk does not take, is lost.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

FORKS = sys.platform == "linux"
"""On macOS system libraries may crash in a fork (Python documentation, "multiprocessing")."""
LIBRARIES = ("pandas", "scipy.stats", "sklearn.ensemble", "sklearn.model_selection", "torch")
"""What takes long to import and most scripts import, where the project has it.

Not `transformers` and its like, whose variables a script sets in its first lines.
"""
OF_ONE_SCRIPT = {"ML_ROOT", "PYTEST_CURRENT_TEST"}
"""Variables that say nothing to Python or to a library."""
SERVER = Path(__file__).resolve().with_name("fork_server.py")
PATIENCE = 0.25
"""Seconds that a script has to end when control-C was pressed, as with `subprocess.run`."""


@dataclass(frozen=True)
class Ended:
    """How a script has ended, and what it has printed; a negative code is that of a signal."""

    returncode: int
    stdout: str
    stderr: str


def run(
    script: Path | str,
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    given: str = "",
) -> Ended:
    """Run a file, or a text as `python -c` does.

    Args:
        env: variables besides those of this process.
        given: what the script reads from its standard input.
    """
    # Read when a library of threads is loaded. With small data, on a busy machine, threads cost
    # more by waiting for each other than they save.
    variables = {"OMP_NUM_THREADS": "1", **os.environ, **(env or {})}
    program = [*(["-c"] if isinstance(script, str) else []), str(script), *arguments]
    beside = cwd if isinstance(script, str) else (cwd / script).resolve().parent
    ended = _forked(program, beside, cwd, variables, given) if FORKS else None
    if ended:
        return ended
    done = subprocess.run(
        [sys.executable, *program],
        cwd=cwd,
        env=variables,
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def _forked(
    program: list[str], beside: Path, cwd: Path, variables: dict[str, str], given: str
) -> Ended | None:
    """None where the script may find other libraries than those that are imported."""
    read = {name: variables[name] for name in variables.keys() - OF_ONE_SCRIPT}
    installed = Path(sysconfig.get_path("purelib")).stat().st_mtime_ns
    server = _server(tuple(sorted(read.items())), installed)
    names = {entry.name.partition(".")[0] for entry in beside.iterdir()}
    if not server.modules or names & server.modules:
        return None
    with server.lock, ExitStack() as stack:
        files = [
            stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))
            for _ in range(4)
        ]
        json.dump([str(cwd.absolute()), variables, program], files[0])
        files[1].write(given)
        for file in files:
            file.seek(0)
        code = server.answer([file.fileno() for file in files])
        for file in files:
            file.seek(0)
        return None if code is None else Ended(code, files[2].read(), files[3].read())


class _Server:
    """A process that has imported the libraries; it ends when nobody can ask it any more.

    Args:
        variables: what it reads when it starts.
        installed: when something was last installed.

    Attributes:
        modules: what it has; nothing where a library cannot be imported.
    """

    def __init__(self, variables: tuple[tuple[str, str], ...], installed: int) -> None:
        self.lock = threading.Lock()
        self._socket, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, str(SERVER), *LIBRARIES],
                cwd="/",  # where a relative path finds nothing of this repository
                env=dict(variables),
                stdin=other.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._lines = self._socket.makefile("rb", buffering=0)
        self.modules = {*self._lines.readline().decode().split()}

    def answer(self, files: list[int]) -> int | None:
        """The exit code of a script; None where the process has ended before."""
        said: list[bytes] = []
        try:
            with suppress(ConnectionError):
                socket.send_fds(self._socket, [b"."], files)
                said += islice(self._lines, 2)  # the process of the script, and its exit code
        finally:
            if len(said) < 2:
                self._stop(said)
        return int(said[1]) if said else None

    def _stop(self, said: list[bytes]) -> None:
        """End a script that nobody waits for, as `subprocess.run` does, and with it the server."""
        try:
            select.select([self._socket], [], [], PATIENCE)
        finally:
            _server.cache_clear()
            self._process.kill()
            said += self._lines
            if len(said) == 1:
                said.append(b"%d" % -signal.SIGKILL)
                with suppress(ProcessLookupError):
                    os.kill(int(said[0]), signal.SIGKILL)


_server = lru_cache(maxsize=1)(_Server)
if FORKS:
    os.register_at_fork(after_in_child=_server.cache_clear)
