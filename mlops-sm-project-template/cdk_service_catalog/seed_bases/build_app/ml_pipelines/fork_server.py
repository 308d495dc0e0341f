"""The program that starts scripts: it imports the libraries once, and forks for each script.

Each line of its standard input asks for one script, as JSON; each line of its standard output is
the exit code of one, negative for a signal. It ends with its input.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import sys
import threading
import types
import warnings
from pathlib import Path
from typing import Any

STREAMS = ("stdin", "stdout", "stderr")
OURS = (__file__, "<frozen runpy>")
"""Where a traceback begins that the script has not written."""


def serve(libraries: list[str]) -> dict[str, Any] | None:
    """Fork until nobody asks any more; what was asked for in a fork, None in the server."""
    answers = os.dup(1)
    os.dup2(2, 1)  # what a library prints when it is imported is no answer
    for library in libraries:
        # A project may lack it; where it is broken, the script that needs it says so.
        with contextlib.suppress(Exception):
            importlib.import_module(library)
    gc.freeze()  # what is shared with a fork stays shared: nothing writes into it
    for line in sys.stdin:
        fork = _fork()
        if not fork:
            os.close(answers)
            asked: dict[str, Any] = json.loads(line)
            return asked
        _, status = os.waitpid(fork, 0)
        os.write(answers, b"%d\n" % os.waitstatus_to_exitcode(status))
    return None


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 warns where a library has threads; those of OpenBLAS and OpenMP bear a fork.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def begin(asked: dict[str, Any]) -> None:
    """Be what Python is when it starts a script."""
    for number, stream in enumerate(STREAMS):
        # What the interpreter and the libraries print, too.
        os.dup2(os.open(asked[stream], os.O_RDWR), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.dont_write_bytecode = bool(asked["environment"].get("PYTHONDONTWRITEBYTECODE"))
    sys.argv = [asked["script"] or "-c", *asked["arguments"]]
    # A script finds what lies beside it and what is installed; nothing else of this repository.
    sys.path[0] = str(Path(asked["script"]).parent) if asked["script"] else ""
    sys.excepthook = without_server


def without_server(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Print a traceback that begins in the script."""
    first = _of_script(trace)
    sys.__excepthook__(kind, error.with_traceback(first), first)


def _of_script(trace: types.TracebackType | None) -> types.TracebackType | None:
    first = trace
    while trace and trace.tb_frame.f_code.co_filename in OURS:
        trace = trace.tb_next
    return trace or first


def run(asked: dict[str, Any]) -> int:
    """Run the script; its exit code."""
    try:
        if asked["script"]:
            runpy.run_path(asked["script"], run_name="__main__")
        else:
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            exec(compile(asked["text"], "<string>", "exec"), vars(main))  # noqa: S102
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def end(code: int) -> None:
    """Leave without a visit to every object of the libraries, whose memory the server shares."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    script = serve(sys.argv[1:])
    if script:
        begin(script)
        end(run(script))
