"""The emulator's own environment: exact pins with hashes, made on first use, nothing of ours."""

import hashlib
import sys
from pathlib import Path
from typing import Final

from mlops_commons.rehearsal.environments import checked, made_once, uv
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

    def install() -> None:
        checked([*uv(), "venv", "--python", sys.executable, folder])
        exactly = ["--python", str(folder / "bin" / "python"), "--no-deps", "--require-hashes"]
        checked([*uv(), "pip", "install", *exactly, "-r", lock])

    return made_once(folder, install)
