"""Python environments made from lock files on first use, one process at a time."""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError


def python_of(lock: Path, environments: Path) -> Path:
    """The Python that has the packages of a lock; a change of the lock makes a new environment.

    Args:
        lock: a requirements file with hashes.
        environments: the folder below which the environment is made.

    Raises:
        PlatformError: a package of the lock cannot be installed.
    """
    folder = (
        environments / hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    )

    def install() -> None:
        checked([*uv(), "venv", "--python", sys.executable, folder])
        exactly = ["--python", str(folder / "bin" / "python"), "--no-deps", "--require-hashes"]
        # Programs that are started often, and some of them may not write bytecode themselves.
        checked([*uv(), "pip", "install", "--compile-bytecode", *exactly, "-r", lock])

    return made_once(folder, install)


def made_once(folder: Path, install: Callable[[], None]) -> Path:
    """The Python of an environment's folder, which `install` fills when it is not complete.

    Raises:
        PlatformError: a package cannot be installed.
    """
    ready, python = folder / "ready", folder / "bin" / "python"
    with _locked(folder):
        # An environment's Python is a link to another one, which may have been removed since.
        if not (ready.exists() and python.exists()):
            shutil.rmtree(folder, ignore_errors=True)
            install()
            # Written last: an interrupted installation starts again from nothing.
            ready.write_text("every package of the locks is installed\n")
    return python


def uv() -> list[str]:
    """The beginning of a command of the uv that the lock of this repository pins.

    Raises:
        PlatformError: it is not installed.
    """
    found = shutil.which("uv", path=str(Path(sys.executable).parent))
    if found is None:
        raise PlatformError("uv is not installed", hint="run: ./mlops-multi-account.sh --version")
    return [found, "--quiet"]


def checked(command: Sequence[str | Path]) -> None:
    """Run a program that makes an environment.

    Raises:
        PlatformError: it failed; the message holds the end of what it printed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PlatformError(
            f"an environment cannot be made: {' '.join(map(str, command[:3]))} ...\n"
            f"{(done.stderr or done.stdout).strip()[-1500:]}",
            hint="check that the package registry is reachable, then run the same command again",
        )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two processes must not make the same environment at the same time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
