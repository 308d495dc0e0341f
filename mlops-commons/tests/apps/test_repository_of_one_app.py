"""The repository of one app is complete: every test can be imported there, and the pure ones pass.

Its other tests are run by the pipeline that it is delivered with, in every rehearsal.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from checkouts import APPS_HERE, make_checkout

from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.app


@pytest.mark.parametrize("app", APPS_HERE)
def test_its_tests_need_nothing_of_the_other_app(app: str, tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path / "repository", app)
    for installed in (".venv", "node_modules"):
        (checkout.root / installed).symlink_to(REPOSITORY_ROOT / installed)
    packages = [checkout.root / "mlops-commons", checkout.directory]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "pure", "-p", "no:cacheprovider"],
        cwd=checkout.root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
