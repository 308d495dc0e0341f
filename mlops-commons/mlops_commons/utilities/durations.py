"""How long things take: measured on this machine the last time, said the next time."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.paths import REPOSITORY_ROOT

if TYPE_CHECKING:
    from rich.status import Status
    from rich.text import Text

FILE: Final = REPOSITORY_ROOT / "build" / "durations.json"
SHORT: Final = 90
"""Up to so many seconds are said as seconds."""
NOTICED: Final = 2.0
"""Who waits for less is told nothing the next time."""


@dataclass(frozen=True)
class Durations:
    """The seconds that something took when it last ended well; a file that is odd says nothing."""

    file: Path = FILE

    def known(self) -> Mapping[str, float]:
        """By name."""
        try:
            read = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(read, dict):
            return {}
        return {name: float(s) for name, s in read.items() if isinstance(s, int | float)}

    def keep(self, found: Mapping[str, float]) -> None:
        """Remember how long things have taken; where nothing can be written, nothing is lost."""
        kept = {**self.known(), **{name: round(seconds, 1) for name, seconds in found.items()}}
        try:
            write_atomically(self.file, json.dumps(kept, indent=2) + "\n")
        except PlatformError:
            return

    def expected(self, name: str) -> str:
        """What is said when it begins; empty where it was never measured, or is soon done."""
        seconds = self.known().get(name, 0.0)
        return f"about {said(seconds)} the last time" if seconds >= NOTICED else ""


def said(seconds: float) -> str:
    """A time as people say it."""
    return f"{seconds:.0f} s" if seconds <= SHORT else f"{seconds / 60:.0f} min"


@dataclass
class Elapsed:
    """A line of progress with the time since it began, as it is when it is shown."""

    text: str = ""
    expected: str = ""
    began: float = field(default_factory=monotonic)

    def __rich__(self) -> "Text":
        from rich.text import Text

        passed = said(monotonic() - self.began)
        times = f"{passed}; {self.expected}" if self.expected else passed
        return Text(f"{self.text} ({times})")


@dataclass
class _Line:
    """The one line of the terminal that changes; work within work takes it, and gives it back."""

    status: "Status | None" = None


_LINE: Final = _Line()


@contextmanager
def working(
    what: str, *, quiet: bool = False, durations: Durations | None = None
) -> Iterator[None]:
    """Say on stderr what takes long: in a terminal with the time that passes, in a log once.

    Args:
        what: such as `reading the templates of 'infra'`; the time is remembered by it.
        quiet: say nothing; a script may read both streams as one.
        durations: where times are remembered.
    """
    kept = durations or Durations()
    began = monotonic()
    expected = kept.expected(what)
    if quiet:
        yield
    elif sys.stderr.isatty():
        with _in_terminal(Elapsed(f"{what} ...", expected)):
            yield
    else:
        sys.stderr.write(f"{what} ...{f' ({expected})' if expected else ''}\n")
        yield
    seconds = monotonic() - began
    if expected or seconds >= NOTICED:
        kept.keep({what: seconds})


@contextmanager
def _in_terminal(line: Elapsed) -> Iterator[None]:
    before: Any = _LINE.status.status if _LINE.status else None
    if _LINE.status:
        _LINE.status.update(line)
        try:
            yield
        finally:
            _LINE.status.update(before)
        return

    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if console.is_dumb_terminal:
        sys.stderr.write(f"{line.text}\n")
        yield
        return
    with console.status(line) as _LINE.status:
        try:
            yield
        finally:
            _LINE.status = None
