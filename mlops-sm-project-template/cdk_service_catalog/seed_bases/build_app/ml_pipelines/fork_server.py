"""The program that starts scripts: it imports the libraries once, and forks for each script.

Its standard input is a socket. It answers a line with the modules that it has, and for each four
files (what to run, and the standard streams of that) a line with the process and one with its exit
code, negative for a signal. It ends with the socket, or where a library cannot be imported.
"""

import sys

sys.path.pop(0)  # what lies beside this file stands in for nothing of the standard library

import builtins
import functools
import gc
import importlib.util
import json
import os
import signal
import socket
import types
import warnings
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any


def serve(libraries: list[str]) -> list[int]:
    """Fork until nobody asks any more; it returns in a fork, with the files that came with it."""
    asking = socket.socket(fileno=os.dup(0))
    os.dup2(1, 0)  # a library may read its standard input
    # Control-C is for the scripts, which are in the same group of processes.
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for library in libraries:
        if importlib.util.find_spec(library.partition(".")[0]):
            importlib.import_module(library)
    sys.stdout.flush()  # what a library prints is for nobody, else each fork would print it
    gc.freeze()  # what is shared with a fork stays shared: nothing writes into it
    names = {name.partition(".")[0] for name in sys.modules}
    asking.sendall(" ".join(names).encode() + b"\n")
    while files := socket.recv_fds(asking, 1, 4)[1]:
        with warnings.catch_warnings():
            # Python 3.12 warns where a library has threads; those of OpenBLAS bear a fork.
            warnings.simplefilter("ignore", DeprecationWarning)
            fork = os.fork()
        if not fork:
            asking.close()
            signal.signal(signal.SIGINT, interrupted)
            return files
        for file in files:
            os.close(file)
        asking.sendall(b"%d\n" % fork)
        _, status = os.waitpid(fork, 0)
        asking.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def begin(files: list[int]) -> tuple[types.CodeType, dict[str, Any]]:
    """Be what Python is when it starts a script; its code, and the variables of its `__main__`."""
    asked, *streams = files
    with os.fdopen(asked, encoding="utf-8") as file:
        cwd, environment, (first, *arguments) = json.load(file)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(cwd)
    os.environ.update(environment)
    for library in ("numpy.random", "torch"):  # the random numbers of a fork are the same
        if library in sys.modules:
            sys.modules[library].seed()
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    vars(main)["__builtins__"] = builtins
    if first == "-c":
        text, name, folder = arguments.pop(0).encode(), "<string>", ""
    else:
        text, name, folder = Path(first).read_bytes(), first, str(Path(first).resolve().parent)
        vars(main).update(__file__=first, __loader__=SourceFileLoader("__main__", first))
    sys.argv = [first, *arguments]
    sys.path.insert(0, folder)
    return compile(text, name, "exec"), vars(main)


def from_script(
    hook: Any, kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
) -> None:
    """Report an error with a traceback that begins in the script."""
    while trace and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    hook(kind, error.with_traceback(trace), trace)


if __name__ == "__main__":
    try:
        # Without a name here, so that the end of Python finds and closes what the script leaves.
        exec(*begin(serve(sys.argv[1:])))
    except BaseException:
        sys.excepthook = functools.partial(from_script, sys.excepthook)
        raise
