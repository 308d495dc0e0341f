"""CodeCommit's part: the tip of a branch as an artifact."""

import shutil
import subprocess
from pathlib import Path

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.world import World


def repository_folder(world: World, pipeline: Pipeline, name: str) -> Path:
    """The bare git repository of a CodeCommit repository of the pipeline's account."""
    return world.emulator.repositories / pipeline.account / pipeline.region / f"{name}.git"


def tip(world: World, pipeline: Pipeline, action: Action) -> str:
    """The commit that the branch of a source action is at."""
    repository, branch = _source(world, pipeline, action)
    return _git(repository, "rev-parse", f"refs/heads/{branch}").decode().strip()


def message(world: World, pipeline: Pipeline, action: Action) -> str:
    """The message of that commit."""
    repository, branch = _source(world, pipeline, action)
    return _git(repository, "log", "-1", "--format=%B", f"refs/heads/{branch}").decode().strip()


def content(world: World, pipeline: Pipeline, action: Action) -> bytes:
    """The files of the branch as a zip file, without git's own (CODE_ZIP)."""
    repository, branch = _source(world, pipeline, action)
    return _git(repository, "archive", "--format=zip", "-1", f"refs/heads/{branch}")


def _source(world: World, pipeline: Pipeline, action: Action) -> tuple[Path, str]:
    name = action.configuration["RepositoryName"]
    return repository_folder(world, pipeline, name), action.configuration["BranchName"]


def _git(repository: Path, *arguments: str) -> bytes:
    git = shutil.which("git") or "git"
    done = subprocess.run(
        [git, "-C", str(repository), *arguments], capture_output=True, check=False
    )
    if done.returncode:
        raise PlatformError(
            f"git {arguments[0]} in {repository.name}: {done.stderr.decode().strip()}",
            hint="see that the branch of the pipeline exists in the repository",
        )
    return done.stdout
