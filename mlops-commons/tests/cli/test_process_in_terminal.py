"""Programs started from a terminal may ask questions there, and control-C ends them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from interrupts import interruptible

pytestmark = pytest.mark.app

TERMINAL = """
import os, pty, sys
raise SystemExit(os.waitstatus_to_exitcode(pty.spawn([sys.executable, "-c", *sys.argv[1:]])))
"""
PARENT = """
import os, sys
from pathlib import Path
from mlops_commons.utilities.process import run
child = [sys.executable, "-c", sys.argv[1]]
raise SystemExit(run(child, cwd=Path.cwd(), environment=dict(os.environ)))
"""
CHILD = """
import time
print("hello", input("your name? "), flush=True)
time.sleep(60)
"""


def test_a_question_is_answered_and_control_c_exits_130(tmp_path: Path) -> None:
    with interruptible():
        terminal = subprocess.Popen(
            [sys.executable, "-c", TERMINAL, PARENT, CHILD],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    assert terminal.stdin and terminal.stdout
    read_until(terminal.stdout.fileno(), b"your name? ")
    os.write(terminal.stdin.fileno(), b"Ada\n")
    read_until(terminal.stdout.fileno(), b"hello Ada")
    os.write(terminal.stdin.fileno(), b"\x03")
    assert terminal.wait(timeout=20) == 130
    assert b"KeyboardInterrupt" in terminal.stdout.read()  # the program's own, not ours


def read_until(descriptor: int, expected: bytes) -> None:
    shown = b""
    while expected not in shown:
        chunk = os.read(descriptor, 1024)
        assert chunk, f"{expected!r} never came: {shown!r}"
        shown += chunk
