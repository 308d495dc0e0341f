"""The pictures that the repository holds: drawn from the sample, whatever its configuration is."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.assembly.templates import AppTemplates, read_templates
from mlops_commons.cli.environment import cdk_command, child_environment
from mlops_commons.diagrams.drawing import draw
from mlops_commons.diagrams.pictures import Apps
from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import (
    APP_DIRECTORIES,
    CDK_APP_PLACE,
    CDK_INFRA_APP_PLACE,
    REPOSITORY_ROOT,
    SAMPLE,
)
from mlops_commons.utilities.process import run
from mlops_commons.utilities.snapshot import snapshot

CONFIGURATION: Final = (CDK_APP_PLACE, CDK_INFRA_APP_PLACE)


def generated() -> Mapping[Path, str]:
    """Every picture of the apps that are here.

    Raises:
        PlatformError: the sample cannot be synthesised.
    """
    with tempfile.TemporaryDirectory() as folder:
        apps: Apps = {
            app: _templates(directory, Path(folder) / app)
            for app, directory in APP_DIRECTORIES.items()
            if (REPOSITORY_ROOT / directory / "app.py").is_file()
        }
        drawn = draw(apps)
    return {REPOSITORY_ROOT / file: svg for file, svg in drawn.items()}


def _templates(directory: str, root: Path) -> AppTemplates:
    """What the CDK CLI makes of the sample, in a checkout without anything of a user's own."""
    texts = {
        PurePosixPath(file.relative_to(REPOSITORY_ROOT).as_posix()): sample.read_text("utf-8")
        for file in CONFIGURATION
        if (sample := SAMPLE / file.name).is_file()
    }
    snapshot(REPOSITORY_ROOT, directory, texts).write(root)
    for extension in (root / directory).glob("mlops_infra/extensions/*.py"):
        if extension.name != "__init__.py":
            extension.unlink()
    packages = os.pathsep.join(str(root / name) for name in ("mlops-commons", directory))
    command = [*cdk_command(), "synth", "--quiet", "--no-lookups"]
    with tempfile.TemporaryFile() as output:
        environment = {**child_environment(), "PYTHONPATH": packages}
        code = run(command, cwd=root / directory, environment=environment, output=output)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if code:
        raise PlatformError(
            f"the sample cannot be synthesised as {directory}: {said[-2000:]}",
            hint=f"correct the code, or the files in {SAMPLE}",
        )
    return read_templates(root / directory / "cdk.out")
