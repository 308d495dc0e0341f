"""What has been typed and not yet written: kept at each answer, and proposed the next time."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from mlops_commons.utilities.generated_files import write_atomically
from mlops_commons.utilities.paths import CDK_APP_CONFIG, REPOSITORY_ROOT

KEPT: Final = REPOSITORY_ROOT / "build" / "answers"
"""Below `build`, which git ignores and nothing publishes: answers name accounts."""


def file_of(cdk_app: Path = CDK_APP_CONFIG) -> Path:
    """Where the answers for a configuration are kept: each environment has a file of its own."""
    return KEPT / f"{hashlib.sha256(str(cdk_app).encode()).hexdigest()[:12]}.json"


class Draft:
    """Answers by the place and the words of their questions."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answers: dict[str, str] = {}
        # One that a full disk has cut is worth nothing, and stops nobody.
        with suppress(OSError, ValueError, TypeError):
            self._answers = dict(json.loads(file.read_text(encoding="utf-8")))

    def __bool__(self) -> bool:
        return bool(self._answers)

    def answer(self, place: str, question: str) -> str:
        """What was typed there; empty where nothing was."""
        return self._answers.get(f"{place}: {question}", "")

    def keep(self, place: str, question: str, answer: str) -> None:
        """Keep an answer at once: a terminal may be closed before the next question.

        Raises:
            PlatformError: it cannot be written.
        """
        self._answers[f"{place}: {question}"] = answer
        write_atomically(self._file, json.dumps(self._answers, indent=1))

    def remove(self) -> None:
        """Forget everything: it is written, or is not wanted any more."""
        self._answers = {}
        self._file.unlink(missing_ok=True)
