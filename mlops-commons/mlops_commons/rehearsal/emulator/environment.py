"""The emulator's own environment: exact pins with hashes, made on first use, nothing of ours."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

LOCK: Final = Path(__file__).with_name("requirements.txt")
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "emulator-environments"


def emulator_python(environments: Path = ENVIRONMENTS, lock: Path = LOCK) -> Path:
    """The Python that has the emulator; a change of the lock makes a new environment.

    Raises:
        PlatformError: a package of the lock cannot be installed.
    """
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = environments / digest
    ready = folder / "ready"
    with _locked(folder):
        if not ready.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, lock)
            # Written last: an interrupted installation starts again from nothing.
            ready.write_text("every package of the lock is installed\n")
    return folder / "bin" / "python"


def is_made(environments: Path = ENVIRONMENTS, lock: Path = LOCK) -> bool:
    """Whether the environment is there already, so that nothing is installed."""
    digest = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:16]
    return (environments / digest / "ready").exists()


def _install(folder: Path, lock: Path) -> None:
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if uv:
        _checked([uv, "--quiet", "venv", "--python", sys.executable, str(folder)])
        install = [uv, "--quiet", "pip", "install", "--python", python]
    else:
        _checked([sys.executable, "-m", "venv", str(folder)])
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _checked([*install, "--no-deps", "--require-hashes", "-r", str(lock)])


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PlatformError(
            f"the emulator's environment cannot be made: {' '.join(command[:3])} ...\n"
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
