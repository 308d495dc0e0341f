"""The repositories of a project, as a person clones them."""

import shutil
import subprocess
from pathlib import Path

from mlops_commons.rehearsal.projects import Project
from mlops_commons.rehearsal.world import World


def cloned(world: World, project: Project, kind: str) -> Path:
    """A fresh clone of a project's `build` or `deploy` repository."""
    place = world.emulator.repositories / project.dev.account / project.dev.region
    folder = world.folder / "clones" / project.pipeline(kind)
    shutil.rmtree(folder, ignore_errors=True)
    git = shutil.which("git") or "git"
    subprocess.run(
        [git, "clone", "--quiet", str(place / f"{project.pipeline(kind)}.git"), str(folder)],
        check=True,
        capture_output=True,
        env=world.environment(),
    )
    return folder
