"""In the repository of one app: what its pipeline has had, from what git knows of the branch.

Only the monorepo publishes, and keeps what it has published. Here the branch at `origin` says it,
as it was when git last fetched from there or pushed to it. A build has no such memory, so that it
is compared where a person checks a change before pushing it.
"""

import os
import subprocess
from pathlib import Path
from typing import Final

from mlops_commons.config.published import FILES, PUBLISHED, forget, keep, published_config
from mlops_commons.config.sources import Sources
from mlops_commons.utilities.errors import ConfigError
from mlops_commons.utilities.paths import REPOSITORY_ROOT, apps_here

ALL_SETS: Final = "ask the platform team, whose own repository has all account sets"
UNDO: Final = "undo the change, or ask the platform team, which deletes the stage's stack first"

ELSEWHERE: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE")
"""Variables that name another repository, as inside of a hook of it."""


def keep_pushed(sources: Sources, root: Path = REPOSITORY_ROOT, folder: Path = PUBLISHED) -> str:
    """Keep the configuration of the delivered branch, to be compared with that of this checkout.

    Args:
        root: the repository of one app.
        folder: where it is kept.

    Returns:
        why there is nothing to compare with, and what to do about it; empty where there is.
    """
    forget(folder)
    (app, *_) = apps_here(root) or ["infra"]
    branch = sources.config.pipeline.source_of(app).branch_name
    delivered = f"refs/remotes/origin/{branch}"
    # A repository around this one knows nothing of its branch.
    if (_git(root, "rev-parse", "--show-prefix") or b"?").strip():
        return "this is no clone of git"
    if _git(root, "rev-parse", "--verify", "--quiet", delivered) is None:
        return f"git knows no '{branch}' at 'origin'; try: git fetch origin {branch}"
    if _git(root, "merge-base", "--is-ancestor", delivered, "HEAD") is None:
        return f"'{branch}' at 'origin' has commits that are not here; bring them: git pull"
    read = {file: _git(root, "show", f"{delivered}:{file}") for file in FILES}
    texts = {file: text.decode(errors="replace") for file, text in read.items() if text is not None}
    for deployment in sources.config.enabled_deployments:
        keep(deployment.set_name, texts, folder)
    return ""


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


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None where it refuses, or is not there."""
    own = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 - the user's own git
            cwd=root,
            env=own,
            capture_output=True,
            check=False,
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout
