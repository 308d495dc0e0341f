"""Connections to a git host, and the triggers of pipelines that follow a branch there.

A connection is pending until a person finishes it in the console, which here is a call of whoever
has started the emulator (Developer Tools console User Guide, "Update a pending connection"). The
provider's app is installed for certain repositories, and reaches no other.
"""

import fnmatch
from collections.abc import Iterator
from typing import Any, Final

from ministack_aws.cloudformation.records import STORE, all_of
from ministack_aws.delivery import pipeline_executions
from ministack_aws.engine.requests import request_scope
from ministack_aws.engine.types import Answer, Properties, Request

TYPE: Final = "AWS::CodeConnections::Connection"
PIPELINE: Final = "AWS::CodePipeline::Pipeline"
PROVIDER: Final = "CodeStarSourceConnection"
INSTALLED: Final[dict[str, frozenset[str]]] = {}
"""The repositories of each connection that somebody has finished, by its ARN."""


def finished(request: Request) -> tuple[int, Answer]:
    """An HTTP status; from now on the connection is available, for some repositories.

    The request has `arn`, `repositories` and `there_before`: nobody here has made it.
    """
    arn = request["arn"]
    account, region = arn.split(":")[4], arn.split(":")[3]
    with request_scope(account, region):
        known = {physical_id for physical_id, _ in all_of(TYPE)}
    if arn not in known and not request["there_before"]:
        return 404, {"message": f"Resource not found: {arn}"}
    INSTALLED[arn] = INSTALLED.get(arn, frozenset()) | frozenset(request["repositories"])
    return 200, {"status": "AVAILABLE"}


def obstacle(arn: str, repository: str) -> str:
    """Why a connection does not lead to a repository; nothing where it does."""
    if arn not in INSTALLED:
        return f"Connection {arn} is not available: its status is PENDING"
    if repository not in INSTALLED[arn]:
        return f"Could not access the repository {repository} through the connection {arn}"
    return ""


def pushed(repository: str, branch: str) -> None:
    """Start every pipeline whose trigger fits a push.

    Source: CodePipeline User Guide, "Automate starting pipelines using triggers and filtering". A
    pending connection tells nobody of pushes.
    """
    for account, region, name, properties in _pipelines():
        for trigger in properties.get("Triggers") or ():
            git = trigger["GitConfiguration"]
            source = _source(properties, git["SourceActionName"])
            if (
                source["FullRepositoryId"] == repository
                and not obstacle(source["ConnectionArn"], repository)
                and any(_fits(push, branch) for push in git.get("Push", ()))
            ):
                with request_scope(account, region):
                    pipeline_executions.start(name, trigger=f"push to {branch} of {repository}")


def _pipelines() -> Iterator[tuple[str, str, str, Properties]]:
    for (account, region, kind, name), properties in list(STORE.items()):
        if kind == PIPELINE:
            yield account, region, name, properties


def _source(properties: Properties, action_name: str) -> dict[str, Any]:
    """The configuration of the action that a trigger names.

    Raises:
        ValueError: it names none, as CreatePipeline says it.
    """
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            named = action["Name"] == action_name
            if named and action["ActionTypeId"]["Provider"] == PROVIDER:
                found: dict[str, Any] = action["Configuration"]
                return found
    raise ValueError(f"trigger names the action {action_name}, which is no source of a connection")


def _fits(push: dict[str, Any], branch: str) -> bool:
    patterns = push.get("Branches", {})
    included = patterns.get("Includes") or ["**"]
    return any(fnmatch.fnmatchcase(branch, p) for p in included) and not any(
        fnmatch.fnmatchcase(branch, p) for p in patterns.get("Excludes") or ()
    )
