"""Scripts in processes of their own, which find the libraries imported already.

Importing scikit-learn and pandas takes longer than what most of the scripts do. A server of
`multiprocessing` imports them once; each script runs in a copy of it, where nothing of this
repository has been imported.
"""

import multiprocessing
import multiprocessing.util
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
LIBRARIES = ("pandas", "scipy.stats", "sklearn.ensemble", "sklearn.model_selection")
# Of the path of a socket: macOS takes 104 bytes, Linux 108. The server adds some 35 to its folder.
LONGEST_FOLDER = 60


@dataclass(frozen=True)
class Ended:
    """How a script has ended, and what it has printed."""

    returncode: int
    stdout: str
    stderr: str


def run(
    script: Path | str,
    *arguments: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    given: str = "",
) -> Ended:
    """Run a file, or a text as `python -c` does.

    Args:
        env: variables besides those of this process.
        given: what the script reads from its standard input.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LIBRARIES))
    _keep_sockets_short()
    with tempfile.TemporaryDirectory() as folder:
        streams = [Path(folder, name) for name in ("in", "out", "err")]
        streams[0].write_text(given, encoding="utf-8")
        variables = {**os.environ, **(env or {})}
        process = context.Process(target=_begin, args=(script, arguments, cwd, variables, streams))
        process.start()
        process.join()
        out, err = (file.read_text(encoding="utf-8") for file in streams[1:])
    assert process.exitcode is not None
    return Ended(process.exitcode, out, err)


def _keep_sockets_short() -> None:
    """`TMPDIR` may be a folder deeper than a socket may lie: then `/tmp` has the server's."""
    usual = tempfile.gettempdir()
    if len(os.fsencode(usual)) <= LONGEST_FOLDER:
        return
    tempfile.tempdir = "/tmp"  # noqa: S108
    try:
        multiprocessing.util.get_temp_dir()  # is made once, and kept for later servers
    finally:
        tempfile.tempdir = usual


def _begin(
    script: Path | str,
    arguments: Sequence[str],
    cwd: Path,
    variables: Mapping[str, str],
    streams: Sequence[Path],
) -> None:
    for number, file in enumerate(streams):
        # What the interpreter and the libraries print, too.
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(cwd)
    sys.argv = [str(script) if isinstance(script, Path) else "-c", *arguments]
    # A script finds what lies beside it and what is installed; nothing else of this repository.
    sys.path[:] = filter(_installed, sys.path)
    if isinstance(script, Path):
        sys.path.insert(0, str(script.parent))
        runpy.run_path(str(script), run_name="__main__")
    else:
        sys.path.insert(0, "")
        exec(compile(script, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102


def _installed(place: str) -> bool:
    """An environment may lie in the repository, and may take packages from another one."""
    own = any(map(Path(place).is_relative_to, (sys.prefix, sys.base_prefix)))
    return own or not Path(place).resolve().is_relative_to(REPOSITORY)
