"""The programs that verbs start, and the environment in which they run."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

SETTINGS: Final = {
    # The same templates go through cloudformation-validate and cfn-lint in the tests; in every
    # synth the built-in validator would cost three seconds. The nag plugins work without it.
    "CDK_VALIDATION": "false",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


def child_environment() -> dict[str, str]:
    """The caller's environment with this repository's programs first on PATH."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return {**os.environ, **SETTINGS, "PATH": path}


def cdk_command(root: Path = REPOSITORY_ROOT) -> list[str]:
    """The pinned CDK CLI, started by the environment's own node.

    Raises:
        PlatformError: node or the CDK CLI is not installed.
    """
    cdk = root / "node_modules" / "aws-cdk" / "bin" / "cdk"
    node = shutil.which("node", path=child_environment()["PATH"])
    if node is None or not cdk.is_file():
        raise PlatformError(
            f"the pinned CDK CLI is not installed: {cdk}" if node else "node is not installed",
            hint="install it with: ./mlops-multi-account.sh --version",
        )
    return [node, str(cdk)]
