"""Scripts in processes of their own, which find the libraries imported already.

Importing scikit-learn and pandas takes longer than what most scripts do with a small table. One
process imports them and forks for each script, which sees nothing of what another one has done.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ml_pipelines.fork_server import STREAMS

LIBRARIES = ("pandas", "scipy.stats", "sklearn.ensemble", "sklearn.model_selection")
"""What takes long to import, where the project has it."""
OF_A_CPU = ("diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion", "peft")
"""The same where no GPU is: a process that has looked for one cannot be forked to use it."""
GPU = Path("/dev/nvidiactl")
SERVER = Path(__file__).with_name("fork_server.py")


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
    variables = _variables(env or {})
    if not hasattr(os, "fork"):
        program = [str(script)] if isinstance(script, Path) else ["-c", script]
        done = subprocess.run(
            [sys.executable, *program, *arguments],
            cwd=cwd,
            env=variables,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)
    with tempfile.TemporaryDirectory() as folder:
        streams = {name: Path(folder, name) for name in STREAMS}
        for name, file in streams.items():
            file.write_text(given if name == "stdin" else "", encoding="utf-8")
        is_file = isinstance(script, Path)
        code = _SERVER.run(
            {
                "script": str(script) if is_file else "",
                "text": "" if is_file else script,
                "arguments": arguments,
                "folder": str(cwd),
                "environment": variables,
                **{name: str(file) for name, file in streams.items()},
            }
        )
        out, err = (
            streams[name].read_text(encoding="utf-8", errors="replace")
            for name in ("stdout", "stderr")
        )
        return Ended(code, out, err)


def _variables(further: Mapping[str, str]) -> dict[str, str]:
    # Read when a library of threads is loaded. With small data, on a busy machine, threads cost
    # more by waiting for each other than they save.
    return {"OMP_NUM_THREADS": "1", **os.environ, **further}


class _Server:
    """The process that forks; started when it is first asked."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def run(self, asked: Mapping[str, object]) -> int:
        with self._lock:
            process = self._running()
            try:
                return self._answer(process, asked)
            except BaseException:
                # As by control-C: nobody waits for the script any more, nor for its answer.
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise

    @staticmethod
    def _answer(process: "subprocess.Popen[str]", asked: Mapping[str, object]) -> int:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        # Without one the server was killed, as for memory: nobody knows how the script ends.
        return int(answer) if answer else process.wait() or 1

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, str(SERVER), *LIBRARIES, *(() if GPU.exists() else OF_A_CPU)],
                env=_variables({"PYTHONDONTWRITEBYTECODE": "1"}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                process_group=0,  # which control-C in a terminal does not reach
            )
            atexit.register(self._end, self._process)
        return self._process

    @staticmethod
    def _end(process: "subprocess.Popen[str]") -> None:
        process.communicate()


_SERVER = _Server()
