"""Checkouts of the repository that use this one's environment in place of installing again."""

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_CONFIG,
    CDK_APP_PLACE,
    CDK_INFRA_APP_CONFIG,
    CDK_INFRA_APP_PLACE,
    REPOSITORY_ROOT,
)
from mlops_commons.utilities.snapshot import checkout
from mlops_rehearsal.world.endpoint_kind import EndpointKind, stage_files

FILLED_IN: Final = {digit * 12: f"{digit}0000000000{digit}" for digit in "123456789"}
"""Account ids in place of the sample's placeholders, which `deploy` refuses."""
SHARED: Final = ("bin", "lib", "lib64", "include", "pyvenv.cfg")
STAMP: Final = ". mlops-commons/mlops_commons/scripts/stamp.sh && environment_stamp"


def write_checkout(
    folder: Path,
    cdk_app: Path = CDK_APP_CONFIG,
    infra: Path = CDK_INFRA_APP_CONFIG,
    kind: EndpointKind = EndpointKind.REALTIME,
) -> None:
    """Write what a user's clone holds: both apps, and the configuration with accounts filled in.

    Args:
        cdk_app, infra: the configuration files; the sample's placeholders in them are replaced.
        kind: of the endpoints that projects deploy.
    """
    replacements = {
        **stage_files(kind),
        PurePosixPath(CDK_APP_PLACE.relative_to(REPOSITORY_ROOT)): filled_in(cdk_app.read_text()),
    }
    if infra.is_file():
        path = PurePosixPath(CDK_INFRA_APP_PLACE.relative_to(REPOSITORY_ROOT))
        replacements[path] = filled_in(infra.read_text())
    checkout(REPOSITORY_ROOT, *APP_DIRECTORIES.values(), replacements=replacements).write(folder)
    share_environment(folder)
    if stage_files(kind):
        _record_products(folder)


def _record_products(folder: Path) -> None:
    """Record the products with their changed seed code, as a platform team does before a push."""
    app = folder / "mlops-sm-project-template"
    for record in (app / "tests/portfolio/templates").glob("*@*.json"):
        record.unlink()
    tests = "tests/portfolio/test_product_versions.py"
    python = folder / ".venv" / "bin" / "python"
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    subprocess.run([*command, "--record-versions"], cwd=app, capture_output=True, check=True)


def filled_in(text: str) -> str:
    """The text of a configuration with account ids in place of the placeholders."""
    for placeholder, account in FILLED_IN.items():
        text = text.replace(placeholder, account)
    return text


def share_environment(folder: Path) -> None:
    """Give a checkout this one's environment, as if its own set-up had just made it.

    What set-up installs depends on the lock files alone, and those are the same; a checkout with
    other lock files has another stamp than the one written here, and sets itself up again.
    """
    environment = folder / ".venv"
    environment.mkdir()
    for name in SHARED:
        if (REPOSITORY_ROOT / ".venv" / name).exists():
            (environment / name).symlink_to(REPOSITORY_ROOT / ".venv" / name)
    (folder / "node_modules").symlink_to(REPOSITORY_ROOT / "node_modules")
    if not _same_locks(folder):
        return
    done = subprocess.run(
        ["/bin/bash", "-c", STAMP],
        cwd=folder,
        env={"PATH": os.environ.get("PATH", os.defpath), "MLOPS_ROOT": str(folder.resolve())},
        capture_output=True,
        check=True,
    )
    (environment / "stamp").write_bytes(done.stdout)


def _same_locks(folder: Path) -> bool:
    names = ("constraints.txt", "package.json", "package-lock.json")
    return all((folder / n).read_bytes() == (REPOSITORY_ROOT / n).read_bytes() for n in names)
