"""In the repository of one app: what its pipeline has had, from what git knows of the branch.

Only the monorepo publishes, and keeps what it has published. Here the branch at `origin` says it,
as it was when git last fetched from there or pushed to it. A build has no such memory, so that it
is compared where a person checks a change before pushing it.
"""

import subprocess
from pathlib import Path, PurePosixPath
from typing import Final

from mlops_commons.config.published import FILES, PUBLISHED, keep, published_config
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import ConfigError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, apps_here

ALL_SETS: Final = "ask the platform team, whose own repository has all account sets"
UNDO: Final = "undo the change, or ask the platform team, which deletes the stage's stack first"


def keep_pushed(sources: Sources, root: Path = REPOSITORY_ROOT, folder: Path = PUBLISHED) -> None:
    """Keep the configuration of the delivered branch, to be compared with that of this checkout.

    Args:
        root: the repository of one app.
        folder: where it is kept; nothing is where git has no such branch.
    """
    for app in apps_here(root):
        branch = sources.config.pipeline.source_of(app).branch_name
        read = {file: _pushed(root, branch, file) for file in FILES}
        texts = {file: text for file, text in read.items() if text is not None}
        for deployment in sources.config.enabled_deployments if texts else ():
            keep(deployment.set_name, texts, folder)


def check_one_set(sources: Sources, folder: Path = PUBLISHED) -> None:
    """Refuse an account set that no pipeline of this repository would ever make.

    Args:
        folder: where the configuration of the delivered branch is kept.

    Raises:
        ConfigError: there is a second set, or another than that of the branch; with its line.
    """
    names = [deployment.set_name for deployment in sources.config.deployments]
    before = published_config(names[0], folder) if names else None
    delivered = [d.set_name for d in before.deployments] if before else names[:1]
    strange = [name for name in names if name not in delivered]
    if not strange:
        return
    problem = sources.app_document.problem(
        sources.set_path(strange[0]),
        f"'{strange[0]}' would never be delivered: the pipeline of this repository is that of the "
        f"account set {', '.join(map(repr, delivered))}",
    )
    raise ConfigError([problem], hint=ALL_SETS)


def _pushed(root: Path, branch: str, file: PurePosixPath) -> str | None:
    """A file of the branch at its origin; None where there is no git, origin, branch or file."""
    try:
        shown = subprocess.run(
            ["git", "show", f"refs/remotes/origin/{branch}:{file}"],  # noqa: S607 - the user's git
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return None if shown.returncode else shown.stdout
