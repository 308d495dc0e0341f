"""The command line in a checkout of the test's own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from one_account_set import DEFAULTS, ONE_SET

from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
)
from mlops_rehearsal.world.checkout import write_checkout

AWS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


def configured(folder: Path, cdk_app: str = ONE_SET, infra: str = DEFAULTS) -> Path:
    """A checkout with these configuration files."""
    files = {"cdk-app.yml": cdk_app, "cdk-infra-app.yml": infra}
    for name, text in files.items():
        (folder / name).write_text(text)
    root = folder / "checkout"
    write_checkout(root, *(folder / name for name in files))
    return root


def environment_of(root: Path) -> dict[str, str]:
    """The environment in which Python finds the packages of a checkout, and no profile of ours."""
    packages = [str(path) for path in sorted(root.glob("mlops-*")) if path.is_dir()]
    nowhere = {name: str(root / "no-such-file") for name in AWS_FILES}
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, **nowhere, "PYTHONPATH": os.pathsep.join(packages)}


def command_line(
    root: Path,
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    answers: str = "",
) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a checkout."""
    return subprocess.run(
        [sys.executable, "-m", "mlops_commons.cli", *arguments],
        cwd=root,
        env={**environment_of(root), **(environment or {})},
        input=answers,
        capture_output=True,
        text=True,
        check=False,
    )


def app_file(root: Path) -> Path:
    """The `cdk-app.yml` of a checkout."""
    return root / CDK_APP_CONFIG.relative_to(REPOSITORY_ROOT)


def infra_file(root: Path) -> Path:
    """The `cdk-infra-app.yml` of a checkout."""
    return root / CDK_INFRA_APP_CONFIG.relative_to(REPOSITORY_ROOT)
