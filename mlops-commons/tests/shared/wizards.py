"""Verbs that ask questions, in a terminal in which a test answers them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from command_lines import environment_of

TERMINAL = """
import os, pty, signal, sys
# As where a shell without job control has started it with `&`: this must not matter.
signal.signal(signal.SIGINT, signal.SIG_IGN)
raise SystemExit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"""


class Wizard:
    """A verb that asks, in a terminal of its own."""

    def __init__(self, root: Path, arguments: Sequence[str | Path]) -> None:
        self.shown = ""
        command = [sys.executable, "-m", "mlops_commons.cli", *map(str, arguments)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", TERMINAL, *command],
            cwd=root,
            env=environment_of(root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def answer(self, question: str, text: str, end: str = "\n") -> None:
        """Wait until the question is shown, then type."""
        assert self._process.stdin
        while question not in self.shown:
            self._read(question)
        self.shown = self.shown.split(question, 1)[1]
        os.write(self._process.stdin.fileno(), (text + end).encode())

    def code(self) -> int:
        """The exit code, at the end of what is shown."""
        assert self._process.stdout
        self.shown += self._process.stdout.read().decode()
        return self._process.wait(timeout=20)

    def end(self) -> None:
        """End it if a test has left it."""
        self._process.kill()
        self._process.wait()

    def _read(self, question: str) -> None:
        assert self._process.stdout
        chunk = os.read(self._process.stdout.fileno(), 4096)
        assert chunk, f"'{question}' was never asked: {self.shown}"
        self.shown += chunk.decode()


@contextmanager
def terminal(root: Path, *arguments: str | Path) -> Iterator[Wizard]:
    """The verb `config`, or another one, that does not outlive its test."""
    wizard = Wizard(root, arguments or ("config",))
    try:
        yield wizard
    finally:
        wizard.end()
