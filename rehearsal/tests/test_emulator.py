"""The emulator starts alone on loopback, and nothing of it is left however it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from interrupts import interruptible

from mlops_rehearsal.emulator.environment import emulator_python
from mlops_rehearsal.emulator.server import Emulator

pytestmark = pytest.mark.app

PATIENCE = 90
"""Seconds. A whole test, of ten seconds alone, took 76 of them on a machine at load 17."""
STARTED = """
import sys, time
from mlops_rehearsal.emulator.server import Emulator
with Emulator("eu-west-1") as emulator:
    print(emulator.pid, emulator.endpoint, emulator.root, flush=True)
    time.sleep(60)
"""


def group_is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def port_is_closed(endpoint: str) -> bool:
    host, _, port = endpoint.removeprefix("https://").partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) != 0


def started() -> "subprocess.Popen[str]":
    with interruptible():
        return subprocess.Popen(
            [sys.executable, "-c", STARTED],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def test_nothing_is_left_after_success_or_failure() -> None:
    with pytest.raises(ZeroDivisionError), Emulator("eu-west-1") as emulator:
        group, endpoint, folder = emulator.pid, emulator.endpoint, emulator.root
        assert not port_is_closed(endpoint)
        assert folder.is_dir()
        raise ZeroDivisionError
    assert (group_is_gone(group), port_is_closed(endpoint), folder.exists()) == (True, True, False)


def test_nothing_is_left_after_an_interrupt() -> None:
    program = started()
    assert program.stdout
    group, endpoint, folder = program.stdout.readline().split()
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=PATIENCE)
    assert program.returncode != 0
    assert (group_is_gone(int(group)), port_is_closed(endpoint)) == (True, True)
    assert not Path(folder).exists()


def test_nothing_is_left_of_a_starter_that_is_killed() -> None:
    program = started()
    assert program.stdout
    group, endpoint, folder = program.stdout.readline().split()
    assert Path(folder).is_dir()
    # As a build of the rehearsal: in a group of its own, and with no need of the emulator.
    build = subprocess.Popen(["/bin/sleep", "60"], env={"TMPDIR": f"{folder}/tmp"}, process_group=0)
    program.kill()
    program.communicate(timeout=PATIENCE)
    assert build.wait(timeout=PATIENCE) == -signal.SIGKILL
    end = time.monotonic() + PATIENCE
    while not group_is_gone(int(group)) and time.monotonic() < end:
        time.sleep(0.1)
    assert (group_is_gone(int(group)), port_is_closed(endpoint)) == (True, True)
    assert not Path(folder).exists()


def test_it_listens_on_loopback_only_and_on_one_port() -> None:
    with Emulator("eu-west-1") as emulator:
        port = emulator.endpoint.rpartition(":")[2]
        listening = listening_sockets(emulator.pid)
        assert listening == {f"127.0.0.1:{port}"}


def listening_sockets(pid: int) -> set[str]:
    """The TCP sockets on which a process listens, as /proc tells them."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            inodes.add(str(file.readlink()).removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                address, port = columns[1].split(":")
                number = bytes.fromhex(address)[::-1]
                found.add(f"{'.'.join(map(str, number))}:{int(port, 16)}")
    return found


def test_no_variable_of_the_caller_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of a real account")
    with Emulator("eu-west-1") as emulator:
        seen = Path(f"/proc/{emulator.pid}/environ").read_bytes()
    assert b"of a real account" not in seen


def test_its_environment_holds_nothing_of_ours_and_is_made_once() -> None:
    python = emulator_python()
    made = (python.parents[1] / "ready").stat().st_mtime_ns
    assert emulator_python() == python
    assert (python.parents[1] / "ready").stat().st_mtime_ns == made
    done = subprocess.run([str(python), "-c", "import mlops_commons"], capture_output=True)
    assert b"ModuleNotFoundError" in done.stderr
