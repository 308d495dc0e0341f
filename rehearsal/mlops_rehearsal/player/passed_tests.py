"""Tests of builds that have passed in this rehearsal: with the same content they are not run again.

A pipeline runs the tests of its repository in every run. With the same files, the same command and
the same variables of the project their result is the same, and they take most of a build.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TESTS: Final = (
    "bash mlops-multi-account.sh check",
    "bash mlops-multi-account.sh test",
    "python -m pytest",
)
"""How the commands begin that run tests; everything else is run every time."""
AGAIN: Final = "[Rehearsal] passed before with the same content, in"


@dataclass(frozen=True)
class PassedTests:
    """The tests that have passed in builds of a rehearsal.

    Attributes:
        folder: holds a file for each command and content; its text is the title of the build.
    """

    folder: Path

    def once(self, command: str, content: str, title: str) -> str:
        """The command in shell, which says where it has passed and does nothing then.

        Args:
            content: names the files and variables that decide about the result.
            title: the build that runs it now.
        """
        if not command.startswith(TESTS):
            return command
        self.folder.mkdir(exist_ok=True)
        passed = self.folder / hashlib.sha256(f"{command}\n{content}".encode()).hexdigest()
        return (
            f"if [ -f '{passed}' ]; then\n"
            f"echo \"{AGAIN} $(cat '{passed}')\"\n"
            f"else\n{{ {command}\n}} && echo '{title}' > '{passed}'\nfi"
        )


def passed_before(log: Path) -> list[str]:
    """The builds whose tests stand for those of the build with this log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line.removeprefix(AGAIN).strip() for line in lines if line.startswith(AGAIN)]


def content_of(source: Path, variables: Mapping[str, str]) -> str:
    """What names the files below a folder, with their modes, and variables."""
    digest = hashlib.sha256(repr(sorted(variables.items())).encode())
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        mode = file.stat().st_mode & 0o111
        digest.update(f"{file.relative_to(source).as_posix()}\n{mode}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
