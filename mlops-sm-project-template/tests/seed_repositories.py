"""The repositories that projects start with, in the environments that their locks describe."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cdk_service_catalog.portfolio.discovery import Product
from mlops_commons.utilities.paths import REPOSITORY_ROOT

ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "seed-environments"
LOCK: Final = "requirements.txt"
MODELS_LOCK: Final = "requirements-models.txt"
TORCH: Final = "torch==2.13.0+cpu"
"""The build for machines without GPU; its local version is found only where somebody offers it,
so that nothing downloads gigabytes of GPU libraries for a test."""
INHERITED: Final = ("PATH", "LANG", "SSL_CERT_FILE", "TMPDIR")


@dataclass(frozen=True)
class SeedRepository:
    """A repository of a new project, as its pipeline finds it."""

    root: Path
    python: Path

    def run(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a Python command at the root, without credentials and without a home."""
        own = {name: os.environ[name] for name in INHERITED if name in os.environ}
        own["PATH"] = f"{self.python.parent}{os.pathsep}{own.get('PATH', '')}"
        own["HOME"] = str(self.root.parent)
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.root,
            env={**own, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )


def seed_repository(product: Product, app: str, folder: Path) -> SeedRepository:
    """Write a product's `build_app` or `deploy_app` below a folder, with its environment."""
    seed = product.build_seed if app == "build_app" else product.deploy_seed
    root = folder / f"{product.slug}-{app}"
    seed.write(root)
    return SeedRepository(root, environment(root))


def environment(repository: Path) -> Path:
    """The Python of an environment with a repository's lock, made once for equal locks."""
    locks = [repository / name for name in (LOCK, MODELS_LOCK) if (repository / name).is_file()]
    content = b"".join(lock.read_bytes() for lock in locks)
    folder = ENVIRONMENTS / hashlib.sha256(content).hexdigest()[:16]
    ready = folder / "ready"
    with _locked(folder):
        if not ready.exists():
            _install(folder, locks)
            ready.write_text("every package of the locks is installed\n")
    return folder / "bin" / "python"


def _install(folder: Path, locks: list[Path]) -> None:
    tools = Path(sys.executable).parent
    uv = [str(tools / "uv"), "--quiet"]
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


def _checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Two test processes must not make the same environment at the same time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
