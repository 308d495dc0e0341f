"""Who is told of a rehearsal while it is played: nobody, a terminal, a page."""

from mlops_rehearsal.world.act import Act
from mlops_rehearsal.world.evidence import Played


class Audience:
    """Sees acts begin and end; this one says nothing."""

    def begins(self, act: Act) -> None:
        """An act is about to be played."""

    def ended(self, done: Played) -> None:
        """It has ended well."""

    def failed(self, sentence: str) -> None:
        """It has failed: what, why and what to do, in one sentence."""
