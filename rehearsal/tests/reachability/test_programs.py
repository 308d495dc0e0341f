"""Programs of several threads: what an error or control-C in the main thread leaves of them."""

import os
import sys
import time
from pathlib import Path

import pytest

from mlops_commons.utilities.errors import PlatformError
from mlops_reachability.programs import Programs, in_threads

pytestmark = pytest.mark.pure

SLEEPS = "import pathlib, subprocess, sys; p = pathlib.Path('pid'); {made}; {wait}"
CHILD = SLEEPS.format(
    made="c = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    wait="p.write_text(str(c.pid)); c.wait()",
)


def test_what_a_program_says_and_how_it_ends_is_told(tmp_path: Path) -> None:
    code = "import sys; print('out'); sys.exit('err')"
    done = Programs().run([sys.executable, "-c", code], tmp_path, os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (1, "out\n", "err\n")


def test_an_interrupt_ends_what_runs_with_what_it_has_started(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), in_threads() as (pool, programs):
        running = pool.submit(programs.run, [sys.executable, "-c", CHILD], tmp_path, os.environ)
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
        raise KeyboardInterrupt
    assert running.result().returncode != 0
    assert time.monotonic() - begun < 30
    assert ended(int((tmp_path / "pid").read_text()))


def test_a_thread_that_comes_after_the_interrupt_starts_nothing(tmp_path: Path) -> None:
    programs = Programs()
    programs.end()
    with pytest.raises(PlatformError, match="not started"):
        programs.run([sys.executable, "-c", "open('made', 'w')"], tmp_path, os.environ)
    assert not (tmp_path / "made").exists()


def test_an_error_in_the_main_thread_begins_nothing_that_waits(tmp_path: Path) -> None:
    waiting = os.cpu_count() or 1
    with pytest.raises(ValueError, match="wrong"), in_threads() as (pool, programs):
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        for _ in range(waiting):
            pool.submit(programs.run, command, tmp_path, os.environ)
        pool.submit((tmp_path / "made").touch)
        raise ValueError("wrong")
    assert not (tmp_path / "made").exists()


def ended(process: int) -> bool:
    """Whether a process is gone, or only waits for whoever started it."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{process}/stat")
        if state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False
