"""A script that a fork runs is one that Python has just started, but for the time it takes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from ml_pipelines import script_processes
from ml_pipelines.script_processes import Ended, run


@pytest.fixture(params=["forked", "started"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Forked, and as where an operating system has no forks."""
    if request.param == "started":
        monkeypatch.setattr(script_processes, "FORKS", False)
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


SCRIPTS = {
    "file left open": "def made(): ...\nfile = open('left', 'w')\nfile.write('a,b')",
    "archive left open": """
import zipfile
def made(): ...
archive = zipfile.ZipFile('left', 'w')
archive.writestr('a', 'b')
""",
    "output to two places": """
import sys
class Tee:
    def __init__(self): self.screen, self.log = sys.stdout, open('left', 'w')
    def write(self, text): self.screen.write(text); self.log.write(text)
    def flush(self): pass
sys.stdout = Tee()
print('loss 3')
""",
    "closed output": "import sys\nprint('one')\nsys.stdout.close()",
    "no output": "import sys\nprint('one')\nsys.stdout = sys.stderr = None",
    "output of a deleted object": "class Own:\n def __del__(self): print('end')\nown = Own()",
    "input that has ended": "input('who? ')",
    "closed input": "import sys\nsys.stdin.close()\ninput()",
    "input as it is": "import sys\nprint(sys.stdin.errors, sys.stdin is sys.__stdin__)",
    "exit": "raise SystemExit",
    "exit None": "import sys; sys.exit(None)",
    "exit int": "import sys; sys.exit(3)",
    "exit str": "import sys; sys.exit('größe')",
    "exit list": "import sys; sys.exit(['a', 1])",
    "exit float": "import sys; sys.exit(1.5)",
    "exit too large": "import sys; sys.exit(2 ** 40)",
    "exit at once": "import os; os._exit(7)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "interrupted": "raise KeyboardInterrupt",
    "interrupted by a signal": "import os, signal; os.kill(os.getpid(), signal.SIGINT)",
    "exception": "raise ValueError('größe 日本')",
    "chained": "try: 1 / 0\nexcept ArithmeticError as first: raise ValueError('x') from first",
    "no Python": "x = = 3",
    "own report of errors": """
import sys, traceback
sys.excepthook = lambda *error: traceback.print_exception(*error)
1 / 0
""",
    "thread that goes on": """
import pickle, threading, time
class Own: ...
def end(): time.sleep(0.2); print(len(pickle.dumps(Own())))
threading.Thread(target=end).start()
""",
    "atexit": """
import atexit, pickle
class Own: ...
atexit.register(lambda: print(len(pickle.dumps(Own()))))
""",
    "warning": "import warnings\nwarnings.warn('old')",
    "name of a library": "import queue\nprint(queue.MINE)",
    "child that lives on": """
import subprocess, sys
nothing = subprocess.DEVNULL
subprocess.Popen(['sleep', '3'], stdin=nothing, stdout=nothing, stderr=nothing)
print('started')
""",
    "group and terminal": "import os; print(os.getpgrp(), os.getsid(0))",
    "itself": """
import sys
print(__file__, __package__, __spec__, type(__loader__), type(__builtins__), sys.argv)
""",
}
"""Among them each that a process told apart which only runs the text of the script."""


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_does_what_it_does_as_a_program(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # it hides what is not flushed
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    script = tmp_path / "scripts" / "script.py"
    script.parent.mkdir()
    script.write_text(text, encoding="utf-8")
    if "queue" in text:
        script.with_name("queue.py").write_text("MINE = 1")
    found = []
    for way in ("program", "run"):
        cwd = tmp_path / way
        cwd.mkdir()
        if way == "program":
            done = subprocess.run(
                [sys.executable, str(script)],
                cwd=cwd,
                input="",
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            ended = Ended(done.returncode, done.stdout, done.stderr)
        else:
            ended = run(script, cwd=cwd)
        # An archive has the time of what is in it.
        found.append((ended, {file.name: file.stat().st_size for file in cwd.iterdir()}))
    assert found[1] == found[0]


@pytest.fixture
def only_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing starts a program of its own."""
    monkeypatch.delattr(subprocess, "run")


@pytest.mark.usefixtures("only_forks")
def test_each_script_draws_random_numbers_of_its_own(tmp_path: Path) -> None:
    text = (
        "import json, random, sys, numpy\n"
        "found = [random.random(), numpy.random.rand()]\n"
        "if 'torch' in sys.modules: found.append(sys.modules['torch'].rand(1).item())\n"
        "print(json.dumps(found))"
    )
    one, other = (json.loads(run(text, cwd=tmp_path).stdout) for _ in range(2))
    assert all(x != y for x, y in zip(one, other, strict=True))


def test_it_reads_the_variables_that_are_set_now(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "import sys, time; print(time.tzname[0], 'own' in sys.path[1])"
    run("", cwd=tmp_path)
    assert run(text, cwd=tmp_path, env={"TZ": "UTC"}).stdout == "UTC False\n"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "own"))
    assert run(text, cwd=tmp_path, env={"TZ": "JST-9"}).stdout == "JST True\n"


@pytest.mark.usefixtures("only_forks")
def test_after_something_was_installed_libraries_are_imported_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    (tmp_path / "here").mkdir()
    text = "import os; print(os.getppid())"
    first, second = (run(text, cwd=tmp_path / "here").stdout for _ in range(2))
    os.utime(tmp_path, (0, 0))
    assert first == second != run(text, cwd=tmp_path / "here").stdout


@pytest.mark.parametrize(
    "broken", ["raise SystemExit('no licence')", "import os; os.abort()", "1 / 0", "print('hello')"]
)
def test_a_library_that_does_not_work_is_for_the_script_that_imports_it(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "broken.py").write_text(broken)
    monkeypatch.setattr(script_processes, "LIBRARIES", ("broken",))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for _ in range(2):
        assert run("print('well')", cwd=tmp_path / "here") == Ended(0, "well\n", "")
    if broken == "1 / 0":
        assert "ZeroDivisionError" in run("import broken", cwd=tmp_path / "here").stderr


def test_what_lies_beside_the_tools_replaces_nothing_for_a_library(tmp_path: Path) -> None:
    package = tmp_path / "ml_pipelines"
    package.mkdir()
    for file in ("__init__.py", "script_processes.py", "fork_server.py"):
        shutil.copy(Path(script_processes.__file__).with_name(file), package)
    (package / "queue.py").write_text("")
    program = (
        "from pathlib import Path; from ml_pipelines import script_processes\n"
        "del script_processes.subprocess.run\n"
        "text = 'import os, queue; queue.Queue; print(os.getcwd())'\n"
        "print(script_processes.run(text, cwd=Path()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    expected = Ended(0, f"{tmp_path.resolve()}\n", "")
    assert (done.stdout, done.stderr) == (f"{expected}\n", "")


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


ASKING = """
import os, sys, time
from pathlib import Path
from ml_pipelines.script_processes import run
def server(): return run('import os; print(os.getppid())', cwd=Path()).stdout.strip()
first = server()
"""


def ends(process: int) -> bool:
    """Whether a process ends within seconds; one that nobody waits for is a zombie."""
    status = Path("/proc", str(process), "status")
    for _ in range(50):
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)"])
def test_nothing_is_left_running_when_who_has_asked_ends(end: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{ASKING}\nprint(first, flush=True)\n{end}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ends(int(done.stdout))


def test_a_fork_of_who_has_asked_leaves_the_process_to_it(tmp_path: Path) -> None:
    program = f"""{ASKING}
if not os.fork():
    sys.exit(0)
os.wait()
assert server() == first
if not os.fork():
    assert server() != first
    sys.exit(0)
assert os.wait()[1] == 0
child = os.fork()
if not child:
    os.closerange(0, 3)
    time.sleep(60)
    os._exit(0)
print(first, child)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    server, child = map(int, done.stdout.split())
    try:
        assert ends(server)
    finally:
        os.kill(child, signal.SIGKILL)


HEARS_SIGNALS = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
"""Tests that run in the background inherit that these are ignored."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_ends_a_group_of_processes_ends_its_script(number: int, tmp_path: Path) -> None:
    file = tmp_path / "alive"
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys, time\n"
        f"file = open({str(file)!r}, 'w', buffering=1)\n"
        "file.write(f'{os.getpid()}\\n')\n"
        "try: time.sleep(60)\n"
        "except KeyboardInterrupt: file.write('tidied up')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", f"{HEARS_SIGNALS}{ASKING}\nrun(Path({str(script)!r}), cwd=Path())"],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while not (file.exists() and file.read_text()):
        assert process.poll() is None
        time.sleep(0.1)
    os.killpg(process.pid, number)
    assert process.wait(10) == -number
    job, said = file.read_text().split("\n")
    assert ends(int(job))
    assert said == ("tidied up" if number == signal.SIGINT else "")
