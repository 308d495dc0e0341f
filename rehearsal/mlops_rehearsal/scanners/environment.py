"""The scanners' own environment: their many dependencies never meet those of the product."""

from pathlib import Path
from typing import Final

from mlops_commons.utilities.locked_environment import python_of
from mlops_commons.utilities.paths import REPOSITORY_ROOT

LOCK: Final = Path(__file__).with_name("requirements.txt")
ENVIRONMENTS: Final = REPOSITORY_ROOT / ".venv" / "scanner-environments"


def scanners_python() -> Path:
    """The Python that has the scanners; a change of the lock makes a new environment.

    Raises:
        PlatformError: a package of the lock cannot be installed.
    """
    return python_of(LOCK, ENVIRONMENTS)
