"""A build of CodeBuild that reads a repository by itself, without a pipeline."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.build import SERVICE, failed_phase, run_commands
from mlops_rehearsal.player.deeds import ask_build
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.world import Credentials, World

RUNNING: Final = "IN_PROGRESS"
SUCCEEDED, FAILED = "SUCCEEDED", "FAILED"


@dataclass(frozen=True, kw_only=True)
class PlayedBuild:
    """A build that has ended.

    Attributes:
        phase: in which it has failed, such as `BUILD`; empty where it has not.
        message: why.
    """

    status: str = SUCCEEDED
    phase: str = ""
    message: str = ""


def running_builds(codebuild: Any) -> list[Mapping[str, Any]]:
    """The builds that somebody has started and nobody has played yet."""
    ids = codebuild.list_builds()["ids"]
    rows = codebuild.batch_get_builds(ids=ids)["builds"] if ids else ()
    return [row for row in rows if row["buildStatus"] == RUNNING]


def variable(build: Mapping[str, Any], name: str) -> str:
    """A variable of a build, as whoever has started it gave it; empty without one."""
    rows = build["environment"]["environmentVariables"]
    return next((str(row["value"]) for row in rows if row["name"] == name), "")


def play_own_build(
    world: World, account: str, region: str, build: Mapping[str, Any], *, title: tuple[str, str]
) -> PlayedBuild:
    """Clone the repository of a build with its role, and run its commands.

    Args:
        title: what its log is called, after the name of the project.
    """
    name = build["projectName"]
    codebuild = world.administrator("codebuild", account, region)
    project = codebuild.batch_get_projects(names=[name])["projects"][0]
    credentials = world.emulator.service_credentials(
        project["serviceRole"], SERVICE, f"AWSCodeBuild-{name}"[:64], source=project["arn"]
    )
    pipeline = Pipeline(name, account, region, "", {}, (), {}, {})
    action = _action(build, title)
    folder = world.folder / "builds" / f"{name}-{title[1]}"
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "src-Source"
    try:
        ask_build(world, pipeline, project)
        _clone(world, credentials, project, build, source)
    except PlatformError as error:
        return PlayedBuild(status=FAILED, phase="DOWNLOAD_SOURCE", message=error.message)
    try:
        run_commands(world, pipeline, action, project, {"Source": source}, credentials)
    except PlatformError as error:
        return PlayedBuild(status=FAILED, phase=failed_phase(folder), message=error.message)
    return PlayedBuild()


def _action(build: Mapping[str, Any], title: tuple[str, str]) -> Action:
    stage, name = title
    return Action(
        stage=stage,
        name=name,
        provider="CodeBuild",
        configuration={
            "EnvironmentVariables": json.dumps(build["environment"]["environmentVariables"])
        },
        inputs=("Source",),
        outputs=(),
        role="",
        region="",
        order=1,
    )


def _clone(
    world: World,
    credentials: Credentials,
    project: Mapping[str, Any],
    build: Mapping[str, Any],
    source: Path,
) -> None:
    own = {name.upper(): value for name, value in credentials.items()}
    shell = {**world.environment(), **own}
    run_git(shell, "clone", "--quiet", project["source"]["location"], str(source))
    commit = build["sourceVersion"].removeprefix("refs/heads/")
    run_git(shell, "-C", str(source), "checkout", "--quiet", commit)
