"""The scripts of tabular jobs run on the Python of every image that may run them.

AWS's image for XGBoost 3.0-5 has Python 3.10 (aws/sagemaker-xgboost-container,
docker/3.0-5/base/Dockerfile.cpu). What a release of Python has is asked of typeshed, through mypy.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from launched_projects import product

pytestmark = pytest.mark.seed

OLDEST = "3.10"
ABSENT = "Module "
"""How mypy begins to say that a module does not have a name."""


def complaints(folder: Path) -> list[str]:
    """What mypy says of names that this Python does not have."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--python-version", OLDEST, "--config-file", ""),
            *("--follow-imports", "silent", "--ignore-missing-imports", "--no-error-summary"),
            *("--cache-dir", str(folder / ".cache"), "."),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if ABSENT in line or "[syntax]" in line]


@pytest.mark.parametrize("slug", ["basic", "batch_inference"])
def test_scripts_of_jobs_use_nothing_newer(slug: str, tmp_path: Path) -> None:
    product(slug).seeds["build_app"].write(tmp_path / "seed")
    scripts = tmp_path / "seed" / "source_scripts"
    assert complaints(scripts) == []
    (scripts / "newer.py").write_text(
        "import hashlib\nfrom enum import StrEnum\nprint(hashlib.file_digest, StrEnum)\n"
    )
    assert [line.partition(":")[0] for line in complaints(scripts)] == ["newer.py"] * 2
