"""What pipelines begin with: a branch of CodeCommit or of a git host, an archive in S3."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.deeds import ask_pipeline, ask_source
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.world import World

Fetched = tuple[bytes, str, str]
"""A zip file, the commit or version of which it is, and what that says of itself."""
UPLOAD: Final = "publish first, then start the pipeline again"


def repository_folder(world: World, pipeline: Pipeline, name: str) -> Path:
    """The bare git repository of a CodeCommit repository of the pipeline's account."""
    return world.emulator.repositories / pipeline.account / pipeline.region / f"{name}.git"


def fetched(world: World, pipeline: Pipeline, action: Action, s3: Any) -> Fetched:
    """What a source action brings, and of which revision it is.

    Args:
        s3: a client with the role of the action.

    Raises:
        PlatformError: the role may not, or there is nothing of that name.
    """
    return SOURCES[action.provider](world, pipeline, action, s3)


def _of_codecommit(world: World, pipeline: Pipeline, action: Action, _: Any) -> Fetched:
    ask_source(world, pipeline, action)
    folder = repository_folder(world, pipeline, action.configuration["RepositoryName"])
    branch = f"refs/heads/{action.configuration['BranchName']}"
    return _of_commit(folder, _git(folder, "rev-parse", branch).decode().strip())


def _of_git_host(world: World, pipeline: Pipeline, action: Action, _: Any) -> Fetched:
    settings = action.configuration
    prefix = "codeconnections"
    ask_pipeline(
        world,
        pipeline,
        action,
        "use a connection",
        {
            f"{prefix}:FullRepositoryId": settings["FullRepositoryId"],
            f"{prefix}:BranchName": settings["BranchName"],
        },
        connection=[settings["ConnectionArn"]],
    )
    return _of_commit(*world.emulator.fetched(settings))


def _of_s3(world: World, pipeline: Pipeline, action: Action, s3: Any) -> Fetched:
    """CodePipeline User Guide, "Amazon S3 source action": the bucket must have versions."""
    bucket, key = action.configuration["S3Bucket"], action.configuration["S3ObjectKey"]
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        raise PlatformError(f"the bucket {bucket} has no versions", hint="enable versioning")
    try:
        found = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey as error:
        raise PlatformError(f"{bucket} has no object {key}", hint=UPLOAD) from error
    version = found["VersionId"]
    return found["Body"].read(), version, f"Amazon S3 version id: {version}"


SOURCES: Final[Mapping[str, Callable[[World, Pipeline, Action, Any], Fetched]]] = {
    "CodeCommit": _of_codecommit,
    "CodeStarSourceConnection": _of_git_host,
    "S3": _of_s3,
}
"""By the provider of the action."""


def _of_commit(folder: Path, commit: str) -> Fetched:
    """The files of a commit as a zip file, without git's own (CODE_ZIP)."""
    packed = _git(folder, "archive", "--format=zip", "-1", commit)
    return packed, commit, _git(folder, "log", "-1", "--format=%B", commit).decode().strip()


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
