"""Control-C during a long verb: exit code 130, one line, nothing half made, no traceback."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkouts import APPS_HERE
from command_lines import configured, environment_of
from interrupts import interruptible

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has fewer verbs"),
]

STARTED = "started"
SLOW_APP = """
import pathlib, os, time
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(exist_ok=True)
(out / "half.template.json").write_text("half")
pathlib.Path("{started}").touch()
time.sleep(60)
"""
VERBS = (
    ("infra", "synth"),
    ("infra", "synth", "--json"),
    ("check", "infra"),
    ("access",),
    ("costs",),
    ("bootstrap", "--dry-run"),
    ("bootstrap", "--yes"),
    ("teardown", "--plan", "--offline"),
    ("diagram",),
    ("doctor", "--capacity", "2", "2"),
    ("setup", "--yes"),
)


@pytest.mark.parametrize("arguments", VERBS, ids=" ".join)
def test_an_interrupted_verb_ends_with_130_and_one_line(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    root = configured(tmp_path)
    app = root / "mlops-infra"
    started = tmp_path / STARTED  # a verb may synthesise in a copy of the checkout
    (app / "app.py").write_text(SLOW_APP.format(started=started))
    done = interrupted(root, arguments, started)
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert "error: this needs the templates" not in done.stderr
    assert done.stderr.count("interrupted") == 1
    assert not [*(root / "mlops-commons" / "mlops_commons" / "config").glob("*execution*")]


def interrupted(
    root: Path, arguments: tuple[str, ...], started: Path
) -> "subprocess.CompletedProcess[str]":
    """Run a verb and interrupt it once its app runs."""
    with interruptible():
        program = subprocess.Popen(
            [sys.executable, "-m", "mlops_commons.cli", *arguments],
            cwd=root,
            env=environment_of(root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    end = time.monotonic() + 60
    while not started.exists() and program.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=30)
    return subprocess.CompletedProcess(program.args, program.returncode, out, err)
