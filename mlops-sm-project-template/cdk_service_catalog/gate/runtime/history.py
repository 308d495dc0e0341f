"""Whether a commit is on the branch that people review."""

from collections import deque
from typing import Any, Final

from .settings import Refused

MAXIMUM: Final = 500
"""Commits that are looked at; a run deploys what is new."""


def check_is_on_branch(codecommit: Any, repository: str, branch: str, commit: str) -> None:
    """Refuse a commit that is neither the tip of the branch nor one of its ancestors.

    Source: CodePipeline API Reference, StartPipelineExecution, sourceRevisions: who starts a run
    may name any commit; a source action's branch says nothing about it.

    Raises:
        Refused: it is not on the branch.
    """
    tip = codecommit.get_branch(repositoryName=repository, branchName=branch)["branch"]["commitId"]
    seen, waiting = {tip}, deque([tip])
    while commit not in seen and waiting and len(seen) < MAXIMUM:
        answer = codecommit.get_commit(repositoryName=repository, commitId=waiting.popleft())
        new = [parent for parent in answer["commit"]["parents"] if parent not in seen]
        seen.update(new)
        waiting.extend(new)
    if commit not in seen:
        raise Refused(
            f"commit '{commit[:40]}' is not among the newest {MAXIMUM} on '{branch}' of "
            f"'{repository}'; merge it by a pull request, and the pipeline starts by itself"
        )
