"""What an act is."""

from collections.abc import Callable
from dataclasses import dataclass

from mlops_rehearsal.world.evidence import Evidence
from mlops_rehearsal.world.world import World


@dataclass(frozen=True)
class Act:
    """One act: `play` does it in the world that the acts before have left.

    Attributes:
        removes: whether the accounts hold less after it.
    """

    number: int
    name: str
    title: str
    play: Callable[[World], tuple[Evidence, ...]]
    removes: bool = False
