"""A Python environment of its own for a tool: exact pins with hashes, made on first use."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError


def python_of(lock: Path, environments: Path, purpose: str) -> Path:
    """The Python that has the packages of a lock; a change of the lock makes a new environment.

    Args:
        lock: a requirements file with hashes.
        environments: the folder below which the environment is made.
        purpose: what it is for, in messages.

    Raises:
        PlatformError: a package of the lock cannot be installed.
    """
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = environments / digest
    ready = folder / "ready"
    with _locked(folder):
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, lock, purpose)
            # Written last: an interrupted installation starts again from nothing.
            ready.write_text("every package of the lock is installed\n")
    return folder / "bin" / "python"


def _install(folder: Path, lock: Path, purpose: str) -> None:
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if uv:
        make = [uv, "--quiet", "venv", "--python", sys.executable, str(folder)]
        install = [uv, "--quiet", "pip", "install", "--python", python]
    else:
        make = [sys.executable, "-m", "venv", str(folder)]
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in (make, [*install, "--no-deps", "--require-hashes", "-r", str(lock)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PlatformError(
                f"the environment of {purpose} cannot be made: {' '.join(command[:3])} ...\n"
                f"{(done.stderr or done.stdout).strip()[-1500:]}",
                hint="check that the package registry is reachable, then run the same command "
                "again",
            )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two processes must not make the same environment at the same time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
