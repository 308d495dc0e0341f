"""The emulator's own environment: exact pins with hashes, made on first use, nothing of ours."""

from pathlib import Path
from typing import Final

from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import REPOSITORY_ROOT

LOCK: Final = Path(__file__).with_name("requirements.txt")
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "emulator-environments"


def emulator_python(environments: Path = ENVIRONMENTS, lock: Path = LOCK) -> Path:
    """The Python that has the emulator; a change of the lock makes a new environment.

    Raises:
        PlatformError: a package of the lock cannot be installed.
    """
    return python_of(lock, environments)
