"""Calls of CodeCommit about repositories; their content is reached with git.

In AWS `GitPull` and `GitPush` are permissions for git alone and no calls (CodeCommit User Guide,
"CodeCommit permissions reference"). Here they are calls: what serves git to a person makes them
with the person's credentials, so that they are evaluated, and learns where the repository lies.
"""

from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.delivery.repositories import TYPE, attributes, folder
from ministack_aws.engine.types import Answer, Operations, Request
from ministack_aws.errors import ServiceError


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about."""
    name = request.get("repositoryName")
    return arn("codecommit", name) if name else "*"


def _list(request: Request) -> Answer:
    found = [(i, p["RepositoryName"]) for i, p in all_of(TYPE)]
    return {"repositories": [{"repositoryId": i, "repositoryName": name} for i, name in found]}


def _get(request: Request) -> Answer:
    for repository_id, properties in all_of(TYPE):
        if properties["RepositoryName"] == request["repositoryName"]:
            here = attributes(properties)
            return {
                "repositoryMetadata": {
                    "repositoryId": repository_id,
                    "repositoryName": here["Name"],
                    "Arn": here["Arn"],
                    "cloneUrlHttp": here["CloneUrlHttp"],
                    "cloneUrlSsh": here["CloneUrlSsh"],
                    "defaultBranch": (folder(here["Name"]) / "HEAD")
                    .read_text()
                    .rpartition("/")[2]
                    .strip(),
                }
            }
    raise ServiceError(
        "RepositoryDoesNotExistException", f"{request['repositoryName']} does not exist"
    )


def _reach(request: Request) -> Answer:
    _get(request)
    return {"folder": str(folder(request["repositoryName"]))}


OPERATIONS: Final[Operations] = {
    "GetRepository": _get,
    "GitPull": _reach,
    "GitPush": _reach,
    "ListRepositories": _list,
}
