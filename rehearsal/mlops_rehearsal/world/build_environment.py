"""An environment for each build of a project, over the one that its lock files name."""

from pathlib import Path

from mlops_commons.utilities.locked_environment import checked, uv
from mlops_commons.utilities.seed_environments import environment


def own_environment(repository: Path, folder: Path) -> Path:
    """An environment for one build: it sees the packages of the locks, and takes what it installs.

    Returns:
        the folder with its programs.
    """
    shared = environment(repository)
    if not (folder / "bin" / "python").exists():
        checked([*uv(), "venv", "--seed", "--python", shared, folder])
        (site,) = folder.glob("lib/python*/site-packages")
        (beside,) = shared.parents[1].glob("lib/python*/site-packages")
        (site / "packages-of-the-locks.pth").write_text(f"{beside}\n")
        for program in shared.parent.iterdir():
            if not (own := folder / "bin" / program.name).exists():
                own.symlink_to(program)
    return folder / "bin"
