"""What leads from one place of the graph to the next, in words."""

from dataclasses import dataclass
from typing import Final

EXIT: Final = "exit"
"""Data is in an account, or a place on the internet, that is none of the platform's."""


@dataclass(frozen=True)
class Edge:
    """Whoever has the source has the target too, once he also has what it needs.

    Attributes:
        target: the key of a node: the ARN of a role, or one of the functions below.
        needs: keys of nodes.
    """

    target: str
    words: str
    needs: tuple[str, ...] = ()


def pushed(repository: str) -> str:
    """A change of the branch that the pipeline of a repository follows."""
    return f"push {repository}"


def branch(repository: str) -> str:
    """A commit on any other branch of a repository."""
    return f"branch {repository}"


def started(pipeline: str) -> str:
    """An execution of a pipeline with a revision that the caller names."""
    return f"start {pipeline}"


def artifact(pipeline: str, name: str) -> str:
    """An artifact of a pipeline, exchanged while the execution waits."""
    return f"artifact {pipeline} {name}"


def approval(pipeline: str, stage: str, action: str) -> str:
    """The answer to an approval action."""
    return f"approve {pipeline}/{stage}/{action}"


def image(repository: str) -> str:
    """An image in a repository."""
    return f"image {repository}"


def data(bucket: str) -> str:
    """The objects of a bucket, read."""
    return f"data {bucket}"


def widened(role: str) -> str:
    """A role with every permission that its boundary leaves."""
    return f"wide {role}"


def unbound(role: str) -> str:
    """A role without its boundary."""
    return f"unbound {role}"


def made(role: str, boundary: str) -> str:
    """A new role with every permission that a boundary leaves; all without one."""
    return f"made {role} {boundary}".strip()


def review(role: str) -> str:
    """An approval of a pull request by a session of a role."""
    return f"review {role}"
