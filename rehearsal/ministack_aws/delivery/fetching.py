"""What CodePipeline gets of a git host through a connection."""

import subprocess

from ministack_aws.delivery import git_host, triggers
from ministack_aws.engine.types import Answer, Request


def answer(request: Request) -> tuple[int, Answer]:
    """An HTTP status, and where the repository lies and the commit of the branch.

    The request has the configuration of the action; its refusals have AWS's words.
    """
    arn, repository = request["ConnectionArn"], request["FullRepositoryId"]
    found = triggers.obstacle(arn, repository)
    place = git_host.folder(repository)
    if not found and place is None:
        found = f"[GitHub] The repository {repository} does not exist"
    if found or place is None:
        return 400, {"message": found}
    branch = request["BranchName"]
    done = subprocess.run(
        [git_host.GIT, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"[GitHub] No Branch [{branch}] found for FullRepositoryName [{repository}]"
        return 400, {"message": message}
    return 200, {"folder": str(place), "commit": done.stdout.strip()}
