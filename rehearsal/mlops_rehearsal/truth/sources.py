"""Which of our files call AWS: those of the three packages, functions and seeds included."""

from pathlib import Path
from typing import Final

from mlops_commons.utilities.paths import REPOSITORY_ROOT

PACKAGES: Final = (
    "mlops-commons/mlops_commons",
    "mlops-infra/mlops_infra",
    "mlops-sm-project-template/cdk_service_catalog",
)


def sources(root: Path = REPOSITORY_ROOT) -> list[Path]:
    """Every Python file that can meet an AWS account."""
    return [file for name in PACKAGES for file in sorted((root / name).rglob("*.py"))]
