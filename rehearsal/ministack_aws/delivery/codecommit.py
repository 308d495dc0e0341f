"""Calls of CodeCommit about repositories; their content is reached with git.

In AWS `GitPull` and `GitPush` are permissions for git alone and no calls (CodeCommit User Guide,
"CodeCommit permissions reference"). Here they are calls: what serves git to a person makes them
with the person's credentials, so that they are evaluated, and learns where the repository lies.
"""

import shutil
import subprocess
from typing import Final

from ministack_aws.arns import arn
from ministack_aws.cloudformation.records import all_of
from ministack_aws.delivery import approval_rules, pull_requests
from ministack_aws.delivery.pushes import REFERENCES
from ministack_aws.delivery.repositories import TYPE, attributes, folder
from ministack_aws.engine.types import Answer, Context, Operations, Request
from ministack_aws.errors import ServiceError


def resource_of(operation: str, request: Request) -> str | None:
    """The ARN that a call is about."""
    if request.get("resourceArn"):
        return str(request["resourceArn"])
    targets = request.get("targets") or [{}]
    name = request.get("repositoryName") or targets[0].get("repositoryName")
    name = name or pull_requests.repository_of(request)
    return arn("codecommit", name) if name else "*"


def context_of(operation: str, request: Request) -> Context:
    """The tags of the repository, and the reference that a merge changes."""
    resource = resource_of(operation, request) or "*"
    context = {f"aws:resourcetag/{k}": v for k, v in approval_rules.tags_of(resource).items()}
    merged = pull_requests.destination_of(request) if operation.startswith("Merge") else None
    return {**context, **({REFERENCES: merged} if merged else {})}


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
                    "kmsKeyId": properties.get("KmsKeyId", ""),
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


def _branch(request: Request) -> Answer:
    _get(request)
    name = request["branchName"]
    commit = _git(request["repositoryName"], "rev-parse", "--verify", f"refs/heads/{name}")
    if not commit:
        raise ServiceError("BranchDoesNotExistException", f"{name} does not exist")
    return {"branch": {"branchName": name, "commitId": commit}}


def _commit(request: Request) -> Answer:
    _get(request)
    wanted = request["commitId"]
    told = _git(request["repositoryName"], "log", "-1", "--format=%H %P", wanted, "--")
    if not told:
        raise ServiceError("CommitIdDoesNotExistException", f"{wanted} does not exist")
    commit, *parents = told.split()
    return {"commit": {"commitId": commit, "parents": parents}}


def _git(repository: str, *arguments: str) -> str:
    """What git prints of a repository; nothing where it fails."""
    git = shutil.which("git") or "git"
    call = [git, "-C", str(folder(repository)), *arguments]
    return subprocess.run(call, capture_output=True, text=True, check=False).stdout.strip()


OPERATIONS: Final[Operations] = {
    **approval_rules.OPERATIONS,
    **pull_requests.OPERATIONS,
    "GetBranch": _branch,
    "GetCommit": _commit,
    "GetRepository": _get,
    "GitPull": _reach,
    "GitPush": _reach,
    "ListRepositories": _list,
}
