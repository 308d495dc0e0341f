"""The environment in which a project's builds find what their lock files name, made once."""

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

ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "seed-environments"
LOCK: Final = "requirements.txt"
MODELS_LOCK: Final = "requirements-models.txt"
TORCH: Final = "torch==2.13.0+cpu"
"""The build for machines without GPU; its local version is found only where somebody offers it,
so that nothing downloads gigabytes of GPU libraries."""


def environment(repository: Path) -> Path:
    """The Python of an environment with a repository's locks; equal locks share one.

    Raises:
        PlatformError: a package of the locks cannot be installed.
    """
    locks = [repository / name for name in (LOCK, MODELS_LOCK) if (repository / name).is_file()]
    content = b"".join(lock.read_bytes() for lock in locks)
    folder = ENVIRONMENTS / hashlib.sha256(content).hexdigest()[:16]
    ready = folder / "ready"
    with _locked(folder):
        if not ready.exists():
            _install(folder, locks)
            # Written last: an interrupted installation starts again.
            ready.write_text("every package of the locks is installed\n")
    return folder / "bin" / "python"


def own_environment(repository: Path, folder: Path) -> Path:
    """An environment for one build: it sees the packages of the locks, and takes what it installs.

    Returns:
        the folder with its programs.
    """
    shared = environment(repository)
    if not (folder / "bin" / "python").exists():
        _checked([_uv(), "--quiet", "venv", "--seed", "--python", str(shared), str(folder)])
        (site,) = folder.glob("lib/python*/site-packages")
        (beside,) = shared.parents[1].glob("lib/python*/site-packages")
        (site / "packages-of-the-locks.pth").write_text(f"{beside}\n")
        for program in shared.parent.iterdir():
            if not (own := folder / "bin" / program.name).exists():
                own.symlink_to(program)
    return folder / "bin"


def _install(folder: Path, locks: list[Path]) -> None:
    uv = [_uv(), "--quiet"]
    _checked([*uv, "venv", "--seed", "--allow-existing", "--python", sys.executable, str(folder)])
    python = str(folder / "bin" / "python")
    for lock in locks:
        models = lock.name == MODELS_LOCK
        if models and not _offers_torch(python):
            continue
        # PyTorch stands apart from the lock of the models, so nothing may be resolved there.
        alone = ["--no-deps"] if models else []
        _checked([*uv, "pip", "install", "--python", python, *alone, "-r", str(lock)])


def _offers_torch(python: str) -> bool:
    """Install the build of PyTorch for CPUs where there is one; tests that need it skip else."""
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", TORCH]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _uv() -> str:
    found = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if found is None:
        raise PlatformError("uv is not installed", hint="run: ./mlops-multi-account.sh --version")
    return found


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PlatformError(
            f"an environment of builds cannot be made: {' '.join(command)}\n"
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
