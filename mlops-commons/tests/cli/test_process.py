"""Programs that the command line starts: exit codes, streams, interrupts, orphans."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from interrupts import interruptible

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.process import run

ENVIRONMENT = {"PATH": os.defpath}


def run_python(code: str, cwd: Path) -> int:
    return run([sys.executable, "-c", code], cwd=cwd, environment=ENVIRONMENT)


@pytest.mark.pure
@pytest.mark.parametrize("code", [0, 1, 7])
def test_the_exit_code_of_the_program_is_returned(code: int, tmp_path: Path) -> None:
    assert run_python(f"raise SystemExit({code})", tmp_path) == code


@pytest.mark.pure
def test_a_program_killed_by_a_signal_fails_with_128_and_the_signal(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert run_python(code, tmp_path) == 128 + signal.SIGKILL


@pytest.mark.pure
def test_output_is_streamed_to_our_own(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_python("import sys; print('out'); print('err', file=sys.stderr)", tmp_path)
    assert tuple(capfd.readouterr()) == ("out\n", "err\n")


@pytest.mark.pure
def test_output_can_go_to_a_file_in_place_of_ours(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "output").open("wb") as output:
        run(
            [sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr)"],
            cwd=tmp_path,
            environment=ENVIRONMENT,
            output=output,
        )
    assert sorted((tmp_path / "output").read_text().split()) == ["err", "out"]
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.pure
def test_no_shell_reads_the_arguments(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["$HOME", "a b", "; touch made", "*"]
    code = "import sys; print(sys.argv[1:])"
    run([sys.executable, "-c", code, *arguments], cwd=tmp_path, environment=ENVIRONMENT)
    assert capfd.readouterr().out == f"{arguments}\n"


@pytest.mark.pure
def test_directory_and_environment_are_exactly_those_given(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OURS", "not passed on")
    run_python("import os; print(os.getcwd(), 'OURS' in os.environ)", tmp_path)
    assert capfd.readouterr().out == f"{tmp_path.resolve()} False\n"


@pytest.mark.pure
@pytest.mark.parametrize("program", ["no-such-program", "directory", "not-executable"])
def test_a_program_that_cannot_start_is_an_error_with_a_hint(program: str, tmp_path: Path) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "not-executable").write_text("text")
    with pytest.raises(PlatformError, match=program) as caught:
        run([tmp_path / program], cwd=tmp_path, environment=ENVIRONMENT)
    assert caught.value.hint


PARENT = """
import os, sys
from pathlib import Path
import signal
from mlops_commons.utilities.process import run
# Whoever starts the tests with nohup has it ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
code = run([sys.executable, "-c", sys.argv[1]], cwd=Path.cwd(), environment=dict(os.environ))
print("returned", code, flush=True)
"""
CHILD = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", {grandchild!r}])
{then}
"""
STARTED = "import os, signal, time; print('started', os.getpid(), flush=True)"
SLEEP = f"{STARTED}; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEP}"
TIDY = f"""
try:
    {SLEEP}
except KeyboardInterrupt:
    open("tidied", "w").close()
"""


def interrupted(child: str, number: int, tmp_path: Path) -> tuple[int, int]:
    """Start, interrupt once the grandchild runs; the returned code and the grandchild's pid."""
    with interruptible():
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, child],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    assert parent.stdout is not None
    grandchild = int(parent.stdout.readline().split()[1])
    parent.send_signal(number)
    output, _ = parent.communicate(timeout=20)
    return int(output.split()[-1]), grandchild


def is_running(pid: int) -> bool:
    """Whether the process executes; one that has ended and is not yet reaped does not."""
    ps = shutil.which("ps") or "ps"
    arguments = [ps, "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(arguments, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


@pytest.mark.app
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_ends_the_program_and_its_children(
    number: signal.Signals, tmp_path: Path
) -> None:
    child = CHILD.format(grandchild=SLEEP, then="time.sleep(60)")
    code, grandchild = interrupted(child, number, tmp_path)
    assert code == 128 + number
    assert not is_running(grandchild)


@pytest.mark.app
def test_what_ignores_the_interrupt_is_not_left_behind(tmp_path: Path) -> None:
    child = CHILD.format(grandchild=STUBBORN, then="time.sleep(60)")
    code, grandchild = interrupted(child, signal.SIGINT, tmp_path)
    assert code == 128 + signal.SIGINT
    assert not is_running(grandchild)


@pytest.mark.app
def test_a_program_that_hangs_after_the_interrupt_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a pool of processes does whose workers have ended."""
    hurry = "import mlops_commons.utilities.process as p; p.PATIENCE_SECONDS = 0.5"
    monkeypatch.setattr(sys.modules[__name__], "PARENT", f"{hurry}\n{PARENT}")
    hanging = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{CHILD}\n"
    child = hanging.format(grandchild=STUBBORN, then="time.sleep(60)")
    code, grandchild = interrupted(child, signal.SIGINT, tmp_path)
    assert code == 128 + signal.SIGINT
    assert not is_running(grandchild)


@pytest.mark.app
def test_all_of_a_program_may_tidy_up_after_an_interrupt_and_it_still_counts_as_failed(
    tmp_path: Path,
) -> None:
    then = "try: grandchild.wait()\nexcept KeyboardInterrupt: grandchild.wait()"
    code, _ = interrupted(CHILD.format(grandchild=TIDY, then=then), signal.SIGINT, tmp_path)
    assert (code, (tmp_path / "tidied").exists()) == (128 + signal.SIGINT, True)


@pytest.mark.app
def test_our_own_signal_handlers_are_back_afterwards(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    run_python("pass", tmp_path)
    assert signal.getsignal(signal.SIGINT) is before
