"""What a planted fault is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from mlops_commons.config import Stage
from mlops_rehearsal.world.world import World


@dataclass(frozen=True)
class Fault:
    """A fault in a world that acts have made.

    Attributes:
        after: the act after which it is planted.
        act: the act at which it must be caught.
        says: a regular expression of what must be said.
        planted: the world with the fault in it; leaving the context removes it.
        done: what a person does then; playing the act where nothing is given.
    """

    name: str
    after: str
    act: str
    says: str
    planted: Callable[[World], AbstractContextManager[World]]
    done: Callable[[World], object] | None = None


@dataclass(frozen=True)
class FileFault:
    """A fault of files, which synthesis catches before anything is deployed.

    Attributes:
        changes: a file of the checkout, a text in it, and what stands in its place.
    """

    name: str
    says: str
    changes: tuple[tuple[str, str, str], ...]


def stage_of(world: World, name: str) -> Stage:
    """A stage of the first set."""
    stage = world.config.enabled_deployments[0].stage(name)
    assert stage
    return stage
