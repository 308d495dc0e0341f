"""CodeBuild's part of a pull request: a build that reads a commit of the repository by itself."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_rehearsal.player.own_build import play_own_build, running_builds, variable
from mlops_rehearsal.world.world import World

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
    place = (wanted.account, wanted.region)
    played = play_own_build(world, *place, build, title=("pull-request", wanted.number))
    if played.message:
        world.say(f"the build of pull request {wanted.number} has failed: {played.message}")
    codecommit = world.administrator("codecommit", wanted.account, wanted.region)
    before = len(_comments(codecommit, wanted))
    world.emulator.end_build(*place, build["id"], played.status, played.phase)
    found = _within(
        lambda: _comments(codecommit, wanted)[before:], f"nothing was said of {build['id']}"
    )
    return str(found[-1])


def _started(codebuild: Any, wanted: PullRequest) -> Mapping[str, Any] | None:
    running = running_builds(codebuild)
    return next((row for row in running if variable(row, "PULL_REQUEST") == wanted.number), None)


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
