"""An app with many sets, run as two processes: the same assembly, one end, and no orphan."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkouts import Assembly
from interrupts import interruptible

from mlops_commons.utilities.shares import LEAST, WHOLE, Share

pytestmark = pytest.mark.app

APP = """
import os, sys, time
import aws_cdk as cdk
from mlops_commons.cdk.platform_app import platform_app
from mlops_commons.utilities.shares import side_by_side

os.cpu_count = lambda: 2
SETS = [f"set-{number:02}" for number in range(int(os.environ["SETS"]))]
with side_by_side(len(SETS), sys.argv[1:]) as share:
    print("share", share, flush=True)
    if os.environ.get("FAILS") == str(share):
        sys.exit(f"error: {share} cannot be made")
    if str(share) in os.environ.get("LAST", "").split():
        print("process", os.getpid(), flush=True)
        time.sleep(600)
    app = platform_app()
    for name in share.of(SETS):
        stack = cdk.Stack(app, name)
        cdk.CfnOutput(stack, "Name", value=name, description=f"caf\\u00e9 of {name}")
        cdk.CfnOutput(cdk.Stack(cdk.Stage(stack, "dev"), "nested"), "Name", value=name)
    app.synth()
"""


def started(folder: Path, sets: int, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
    (folder / "app.py").write_text(APP)
    return subprocess.Popen(
        [sys.executable, "app.py", *arguments],
        cwd=folder,
        env={**os.environ, "SETS": str(sets), "CDK_OUTDIR": str(folder / "cdk.out"), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_sets_fall_to_processes_one_after_the_other_and_none_is_left_out() -> None:
    for many in (2, 3, 31):
        sets = list(range(many))
        first, second = (Share(number, 2).of(sets) for number in (1, 2))
        assert [*first, *second] == sets
        assert abs(len(first) - len(second)) <= 1
    assert WHOLE.of([1, 2, 3]) == [1, 2, 3]


def test_many_sets_are_made_by_two_processes_into_the_assembly_of_one(tmp_path: Path) -> None:
    several, alone = tmp_path / "several", tmp_path / "alone"
    for folder in (several, alone):
        folder.mkdir()
    many = 2 * LEAST
    for folder, arguments, shares in ((several, (), "1/2 2/2"), (alone, ("1/1",), "1/1")):
        output = started(folder, many, *arguments).communicate()[0]
        assert [word for word in output.split() if word != "share"] == shares.split()
    content = Assembly(several / "cdk.out", "infra").content()
    assert content == Assembly(alone / "cdk.out", "infra").content()
    assert len([name for name in content if name.endswith(".template.json")]) == 2 * many


def test_a_few_sets_are_made_by_one_process(tmp_path: Path) -> None:
    app = started(tmp_path, 2 * LEAST - 1)
    assert app.communicate()[0].split() == ["share", "1/1"]
    assert app.returncode == 0


@pytest.mark.parametrize("share", ["1/2", "2/2"])
def test_an_app_fails_as_each_of_its_processes_does(tmp_path: Path, share: str) -> None:
    other = "2/2" if share == "1/2" else "1/2"
    # Where the first one fails, nobody waits for the second.
    lasting = {"LAST": other} if share == "1/2" else {}
    app = started(tmp_path, 2 * LEAST, FAILS=share, **lasting)
    output = app.communicate(timeout=100)[0]
    assert app.returncode == 1
    assert f"error: {share} cannot be made" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_process_outlives_an_app_that_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    with interruptible():
        app = started(tmp_path, 2 * LEAST, LAST="1/2 2/2")
    assert app.stdout
    assert app.stdout.readline() == "share 1/2\n"
    assert app.stdout.readline() == f"process {app.pid}\n"
    (other,) = children(app.pid)
    app.send_signal(number)
    app.wait(timeout=100)
    until = time.monotonic() + 20
    while alive(other) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(other)


def children(process: int) -> list[int]:
    """The Python processes that a process has started."""
    listed = subprocess.run(
        ["/bin/ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [int(own) for own, parent, args in rows if int(parent) == process and "app.py" in args]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
