"""How long acts take: measured on this machine the last time, said the next time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.utilities.durations import Durations, said
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.world.act import Act

FILE: Final = REPOSITORY_ROOT / "build" / "rehearsal-times.json"


@dataclass(frozen=True)
class Times:
    """The seconds that each act took when it last ended well."""

    file: Path = FILE
    acts: Sequence[Act] = ()

    def known(self) -> Mapping[str, float]:
        """By the names of acts."""
        return Durations(self.file).known()

    def keep(self, number: int, seconds: float) -> None:
        """Remember how long an act has taken."""
        names = [act.name for act in self.acts if act.number == number]
        Durations(self.file).keep(dict.fromkeys(names, seconds))

    def expected(self, act: Act) -> str:
        """What is said when an act begins; empty where it was never played."""
        known = self.known()
        if act.name not in known:
            return ""
        rest = [known.get(later.name) for later in self.acts if later.number >= act.number]
        whole = sum(seconds for seconds in rest if seconds is not None)
        less = "at least " if None in rest else ""
        return f"about {said(known[act.name])} the last time, {less}{said(whole)} to the end"
