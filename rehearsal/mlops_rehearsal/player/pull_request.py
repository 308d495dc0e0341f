"""CodeBuild's part of a pull request: a build that reads a commit of the repository by itself."""

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.build import SERVICE, run_commands
from mlops_rehearsal.player.deeds import ask_build
from mlops_rehearsal.player.structure import Action, Pipeline
from mlops_rehearsal.world.git_commands import run_git
from mlops_rehearsal.world.world import Credentials, World

RUNNING, SUCCEEDED, FAILED = "IN_PROGRESS", "SUCCEEDED", "FAILED"
SECONDS: Final = 60
"""Within which the function has started a build, or has commented one."""


@dataclass(frozen=True)
class PullRequest:
    """A pull request that waits for its build.

    Attributes:
        number: as CodeCommit knows it.
    """

    account: str
    region: str
    repository: str
    number: str


def play_pull_request(world: World, wanted: PullRequest) -> str:
    """Run the build that the platform has started for the newest commit; the comment on it.

    Raises:
        PlatformError: the platform has started none, or has not commented it.
    """
    codebuild = world.administrator("codebuild", wanted.account, wanted.region)
    build = _within(lambda: _started(codebuild, wanted), f"no build of {wanted} has started")
    status = _status(world, wanted, build)
    codecommit = world.administrator("codecommit", wanted.account, wanted.region)
    before = len(_comments(codecommit, wanted))
    world.emulator.end_build(wanted.account, wanted.region, build["id"], status)
    found = _within(
        lambda: _comments(codecommit, wanted)[before:], f"nothing was said of {build['id']}"
    )
    return str(found[-1])


def _started(codebuild: Any, wanted: PullRequest) -> Mapping[str, Any] | None:
    ids = codebuild.list_builds()["ids"]
    rows = codebuild.batch_get_builds(ids=ids)["builds"] if ids else ()
    running = (row for row in rows if row["buildStatus"] == RUNNING)
    return next((row for row in running if _variable(row, "PULL_REQUEST") == wanted.number), None)


def _variable(build: Mapping[str, Any], name: str) -> str:
    rows = build["environment"]["environmentVariables"]
    return next((str(row["value"]) for row in rows if row["name"] == name), "")


def _status(world: World, wanted: PullRequest, build: Mapping[str, Any]) -> str:
    name = build["projectName"]
    codebuild = world.administrator("codebuild", wanted.account, wanted.region)
    project = codebuild.batch_get_projects(names=[name])["projects"][0]
    credentials = world.emulator.service_credentials(
        project["serviceRole"], SERVICE, f"AWSCodeBuild-{name}"[:64], source=project["arn"]
    )
    pipeline = Pipeline(name, wanted.account, wanted.region, "", {}, (), {}, {})
    ask_build(world, pipeline, project)
    variables = json.dumps(build["environment"]["environmentVariables"])
    action = Action(
        stage="pull-request",
        name=wanted.number,
        provider="CodeBuild",
        configuration={"EnvironmentVariables": variables},
        inputs=("Source",),
        outputs=(),
        role="",
        region="",
        order=1,
    )
    folder = world.folder / "builds" / f"{name}-{wanted.number}"
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "src-Source"
    shell = _shell(world, credentials)
    try:
        run_git(shell, "clone", "--quiet", project["source"]["location"], str(source))
        run_git(shell, "-C", str(source), "checkout", "--quiet", build["sourceVersion"])
        run_commands(world, pipeline, action, project, {"Source": source}, credentials)
    except PlatformError as error:
        world.say(f"the build of pull request {wanted.number} has failed: {error.message}")
        return FAILED
    return SUCCEEDED


def _shell(world: World, credentials: Credentials) -> dict[str, str]:
    own = {name.upper(): value for name, value in credentials.items()}
    return {**world.environment(), **own}


def _comments(codecommit: Any, wanted: PullRequest) -> list[str]:
    rows = codecommit.get_comments_for_pull_request(pullRequestId=wanted.number)
    return [c["content"] for r in rows["commentsForPullRequestData"] for c in r["comments"]]


def _within(ask: Callable[[], Any], message: str) -> Any:
    end = time.monotonic() + SECONDS
    while not (found := ask()):
        if time.monotonic() > end:
            raise PlatformError(message, hint="see the log of the function that builds them")
        time.sleep(0.2)
    return found
