"""The exceptions that reach a user, each with what to do next."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.utilities.words import counted

MOST_SHOWN: Final = 200
"""Problems in one report; a person fixes the first ones first."""
LONGEST: Final = 900
"""Characters of one problem: a value that fills screens hides the others."""


class PlatformError(Exception):
    """A user's mistake or an unusable surrounding; the CLI prints it without a traceback.

    Args:
        message: what was wrong, with the bad value, lower case and without full stop.
        hint: what to do next, preferably a command that can be copied.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  next: {self.hint}" if self.hint else self.message


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One finding in a file.

    Attributes:
        file: the file that holds the bad value.
        line: its line, counted from 1; 0 when the whole file is meant.
        path: where in the document, such as `deployments[0].stages[1].account`.
        message: what is wrong, with the bad value and what is allowed.
    """

    file: Path
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else str(self.file)
        message = shortened(self.message)
        return f"{where}: {self.path}: {message}" if self.path else f"{where}: {message}"


def shortened(message: str) -> str:
    """A message whose value fills screens keeps its beginning and its end."""
    if len(message) <= LONGEST:
        return message
    return f"{message[: LONGEST * 2 // 3]} ... {message[-LONGEST // 3 :]}"


class UnreadableError(PlatformError):
    """An account, a repository or an archive cannot be read: nobody is signed in, or not there yet.

    A preview goes on without it, and says so.
    """


class ConfigError(PlatformError):
    """Everything that is wrong with the configuration, collected and reported once."""

    def __init__(self, problems: list[Problem], *, hint: str = "") -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        title = f"{counted(count, 'problem')} in the configuration"
        lines = [f"  {problem}" for problem in self.problems[:MOST_SHOWN]]
        if count > MOST_SHOWN:
            lines.append(f"  ... and {count - MOST_SHOWN} more")
        super().__init__("\n".join([f"{title}:", *lines]), hint=hint)
