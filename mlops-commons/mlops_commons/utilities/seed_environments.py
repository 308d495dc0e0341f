"""The environment in which a project's builds and tests find what their lock files name."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

from mlops_commons.utilities.locked_environment import checked, made_once, uv
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
    return made_once(folder, lambda: _install(folder, locks))


def _install(folder: Path, locks: list[Path]) -> None:
    checked([*uv(), "venv", "--seed", "--python", sys.executable, folder])
    python = str(folder / "bin" / "python")
    for lock in locks:
        models = lock.name == MODELS_LOCK
        if models and not _installed_torch(python):
            continue
        # A lock is complete, so nothing is resolved: PyTorch stands apart from that of the models,
        # and an image may hold releases that its packages would not choose.
        exactly = ["--python", python, "--no-deps"]
        # A seed's tests start many programs, which write no bytecode into what they share.
        checked([*uv(), "pip", "install", "--compile-bytecode", *exactly, "-r", lock])


def has_torch(python: Path) -> bool:
    """Whether PyTorch can be imported, with all that it needs."""
    command = [str(python), "-c", "import torch.distributed.tensor"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _installed_torch(python: str) -> bool:
    """Install the build of PyTorch for CPUs where there is one; tests that need it skip else."""
    release = TORCH.partition("+")[0]
    commands = (
        [python, "-m", "pip", "install", "--quiet", TORCH],
        # PyTorch offers its builds for CPUs apart from the other packages; uv knows where.
        [*uv(), "pip", "install", "--python", python, "--torch-backend", "cpu", release],
    )
    return any(
        subprocess.run(command, capture_output=True, check=False).returncode == 0
        for command in commands
    )
