"""A script that a fork runs is one that Python has just started, but for the time it takes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ml_pipelines import script_processes
from ml_pipelines.script_processes import Ended, run


@pytest.fixture(params=["forked", "started"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Forked, and as where an operating system has no forks."""
    if request.param == "started":
        monkeypatch.delattr(os, "fork")
    found: str = request.param
    return found


SEEN = """
import json, os, sys
print(json.dumps({
    "arguments": sys.argv[1:], "given": sys.stdin.read(), "folder": os.getcwd(),
    "name": __name__, "own": os.environ.get("OWN"), "threads": os.environ["OMP_NUM_THREADS"],
    "path": sys.path, "modules": sorted(sys.modules), "main": sys.modules["__main__"].SEEN,
}))
print("told apart", file=sys.stderr)
"""


@pytest.mark.parametrize("as_text", [False, True])
def test_a_script_sees_what_python_gives_it_and_nothing_of_the_repository(
    way: str, as_text: bool, tmp_path: Path
) -> None:
    text = "SEEN = 1\n" + SEEN
    file = tmp_path / "scripts" / "script.py"
    file.parent.mkdir()
    file.write_text(text)
    (tmp_path / "here").mkdir()
    script = text if as_text else file
    done = run(script, "a b", "--c", cwd=tmp_path / "here", env={"OWN": "é"}, given="ü\n")
    assert (done.returncode, done.stderr) == (0, "told apart\n")
    seen = json.loads(done.stdout)
    assert seen["arguments"] == ["a b", "--c"]
    assert (seen["given"], seen["own"]) == ("ü\n", "é")
    assert seen["folder"] == str((tmp_path / "here").resolve())
    assert (seen["name"], seen["main"]) == ("__main__", 1)
    assert seen["threads"] == os.environ.get("OMP_NUM_THREADS", "1")
    assert seen["path"][0] == ("" if as_text else str(file.parent))
    repository = Path(script_processes.__file__).parents[1]
    assert not {str(repository), str(repository / "ml_pipelines")} & set(seen["path"])
    assert not [name for name in seen["modules"] if name.startswith("ml_pipelines")]


@pytest.mark.parametrize(
    ("text", "code", "error"),
    [
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("import sys; sys.exit('said why')", 1, "said why\n"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
        ("import os; os._exit(7)", 7, ""),
    ],
)
def test_it_ends_with_the_code_of_the_script(
    way: str, text: str, code: int, error: str, tmp_path: Path
) -> None:
    assert run(text, cwd=tmp_path) == Ended(code, "", error)


def test_a_traceback_begins_in_the_script(way: str, tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text("print('before')\n1 / 0\n")
    done = run(file, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "before\n")
    first, place, *_, last = done.stderr.splitlines()
    assert (first, last) == (
        "Traceback (most recent call last):",
        "ZeroDivisionError: division by zero",
    )
    assert place == f'  File "{file}", line 2, in <module>'


def test_what_is_to_be_done_at_the_end_is_done(way: str, tmp_path: Path) -> None:
    text = (
        "import atexit, threading, time\n"
        "atexit.register(print, 'at the end')\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('by a thread'))).start()\n"
    )
    assert run(text, cwd=tmp_path).stdout == "by a thread\nat the end\n"


def test_no_script_sees_what_another_one_has_done(way: str, tmp_path: Path) -> None:
    text = "import json, os; print(hasattr(json, 'left'), 'LEFT' in os.environ)"
    assert run("import json; json.left = 1", cwd=tmp_path, env={"LEFT": "1"}).returncode == 0
    assert run(text, cwd=tmp_path).stdout == "False False\n"


def test_after_the_server_was_killed_the_next_script_gets_another_one(tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getppid(), signal.SIGKILL)"
    assert run(kill, cwd=tmp_path) == Ended(-signal.SIGKILL, "", "")
    assert run("print('well')", cwd=tmp_path) == Ended(0, "well\n", "")


def test_what_is_interrupted_ends_and_its_end_is_not_taken_for_that_of_the_next(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alive"
    text = f"import time\nwhile True: open({str(file)!r}, 'a').write('.'); time.sleep(0.05)"
    run("", cwd=tmp_path)  # the server is there

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 3)
        with pytest.raises(KeyboardInterrupt):
            run(text, cwd=tmp_path)
    finally:
        signal.signal(signal.SIGALRM, before)
    time.sleep(0.5)  # until the signal has ended it
    said = len(file.read_text())
    time.sleep(0.5)
    assert len(file.read_text()) == said > 0
    assert run("import sys; print('well'); sys.exit(4)", cwd=tmp_path) == Ended(4, "well\n", "")


def test_nothing_is_left_running_when_who_has_asked_ends(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from ml_pipelines.script_processes import run\n"
        "print(run('import os; print(os.getppid())', cwd=Path()).stdout)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)
