"""Git as somebody runs it in a shell of this world."""

import shutil
import subprocess
from collections.abc import Mapping

from mlops_commons.utilities.errors import PlatformError


def run_git(shell: Mapping[str, str], *arguments: str) -> str:
    """What git prints, in somebody's shell.

    Raises:
        PlatformError: git has failed.
    """
    git = shutil.which("git") or "git"
    done = subprocess.run([git, *arguments], capture_output=True, check=False, text=True, env=shell)
    if done.returncode:
        raise PlatformError(
            f"git {' '.join(arguments)}: {done.stderr.strip()}",
            hint="see what the credentials of the profile may do in CodeCommit",
        )
    return done.stdout.strip()
