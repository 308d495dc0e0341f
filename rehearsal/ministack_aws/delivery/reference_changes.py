"""What CodeCommit tells about references that a push has changed."""

from collections.abc import Iterable, Iterator

NOTHING = "0" * 40
"""Git's name of the commit of a reference that is not there."""
TYPES = {"refs/heads/": "branch", "refs/tags/": "tag"}


def state_changes(name: str, repository_id: str, lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """The details of the events of a push, one for each branch or tag.

    CodeCommit User Guide, "Monitoring CodeCommit events in Amazon EventBridge": the example of
    `referenceCreated` has `event`, `repositoryName`, `repositoryId`, `"referenceType": "branch"`,
    `"referenceName": "myBranch"`, `"referenceFullName": "refs/heads/myBranch"` and `commitId`;
    `referenceUpdated` has `oldCommitId` too (and, of a merge, how it was made);
    `referenceDeleted` has `oldCommitId` only.

    Args:
        lines: what git gives a post-receive hook: `<old> <new> <reference>` each.
    """
    for line in lines:
        old, new, reference = line.split(" ", 2)
        prefix = next((prefix for prefix in TYPES if reference.startswith(prefix)), None)
        if prefix is None:
            continue
        yield {
            "event": _event(old, new),
            "repositoryName": name,
            "repositoryId": repository_id,
            "referenceType": TYPES[prefix],
            "referenceName": reference.removeprefix(prefix),
            "referenceFullName": reference,
            **({"commitId": new} if new != NOTHING else {}),
            **({"oldCommitId": old} if old != NOTHING else {}),
        }


def _event(old: str, new: str) -> str:
    if old == NOTHING:
        return "referenceCreated"
    return "referenceDeleted" if new == NOTHING else "referenceUpdated"
