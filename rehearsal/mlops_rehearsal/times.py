"""How long acts take: measured on this machine the last time, said the next time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from rich.text import Text

from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.paths import REPOSITORY_ROOT
from mlops_rehearsal.world.act import Act

FILE: Final = REPOSITORY_ROOT / "build" / "rehearsal-times.json"
SHORT: Final = 90
"""Up to so many seconds are said as seconds."""


@dataclass(frozen=True)
class Times:
    """The seconds that each act took when it last ended well; a file that is odd says nothing."""

    file: Path = FILE
    acts: Sequence[Act] = ()

    def known(self) -> Mapping[str, float]:
        """By the names of acts."""
        try:
            read = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(read, dict):
            return {}
        return {name: float(s) for name, s in read.items() if isinstance(s, int | float)}

    def keep(self, number: int, seconds: float) -> None:
        """Remember how long an act has taken; where nothing can be written, nothing is lost."""
        names = [act.name for act in self.acts if act.number == number]
        kept = {**self.known(), **{name: round(seconds, 1) for name in names}}
        try:
            write_atomically(self.file, json.dumps(kept, indent=2) + "\n")
        except OSError:
            return

    def expected(self, act: Act) -> str:
        """What is said when an act begins; empty where it was never played."""
        known = self.known()
        if act.name not in known:
            return ""
        rest = [known.get(later.name) for later in self.acts if later.number >= act.number]
        whole = sum(seconds for seconds in rest if seconds is not None)
        less = "at least " if None in rest else ""
        return f"about {said(known[act.name])} the last time, {less}{said(whole)} to the end"


def said(seconds: float) -> str:
    """A time as people say it."""
    return f"{seconds:.0f} s" if seconds <= SHORT else f"{seconds / 60:.0f} min"


@dataclass
class Elapsed:
    """A line of progress with the time since an act began, as it is when it is shown."""

    text: str = ""
    expected: str = ""
    began: float = field(default_factory=monotonic)

    def __rich__(self) -> Text:
        passed = said(monotonic() - self.began)
        times = f"{passed}; {self.expected}" if self.expected else passed
        return Text(f"{self.text} ({times})")
