"""What verbs print fits sixty columns and more, and says there what it says in a log."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import typer.main
from checkouts import APPS_HERE
from command_lines import command_line, configured
from terminals import in_terminal

from mlops_commons.cli.application import application

pytestmark = [
    pytest.mark.app,
    pytest.mark.skipif(len(APPS_HERE) < 2, reason="the repository of one app has fewer verbs"),
]

WIDTHS = (60, 130)
SHORT = 16
"""Characters of a word that is broken nowhere, as an account id."""
READ_FROM_FILES = (
    ("config", "validate"),
    ("config", "show"),
    ("config", "explain"),
    ("config", "statements"),
    ("doctor", "--offline"),
    ("status",),
    ("version",),
)
MADE_OF_TEMPLATES = (
    ("infra", "synth"),
    ("template", "synth"),
    ("costs",),
    ("bootstrap", "--dry-run"),
    ("teardown", "--plan", "--offline"),
    ("setup", "--dry-run"),
    ("doctor", "--capacity", "40", "60"),
    ("ai-controls",),
)
ELSEWHERE = {
    "test_help.py": {"help", "prerequisites"},
    "it prints paths": {"diagram"},
    "test_completion.py, for a shell": {"completion"},
    "the programs that they start, which have their own output": {
        *("check", "docs build", "generate", "lint", "test")
    },
    "tests of the rehearsal": {"access", "rehearse"},
    "they ask AWS or a person": {
        *("config migrate", "config refresh_aws_credentials", "costs refresh")
    },
}
"""Verbs that are not read here, and why."""


def test_every_verb_is_read_here_or_it_is_said_why_not() -> None:
    """A new verb comes into one of these tables."""
    group = typer.main.get_command(application)
    every = {" ".join(verb) for verb in _verbs(group)}
    read = {
        " ".join(words[: 2 if words[0] == "config" else 1])
        for words in (*READ_FROM_FILES, *MADE_OF_TEMPLATES)
    }
    assert every - read - set().union(*ELSEWHERE.values()) == set()


def _verbs(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, found in getattr(group, "commands", {}).items():
        if found.hidden:
            continue
        below = [*_verbs(found, (*path, name))]
        yield from below
        if not below or name == "costs":
            yield (*path, name)


@pytest.mark.parametrize("arguments", READ_FROM_FILES, ids=" ".join)
def test_what_is_read_from_files_fits(arguments: Sequence[str], tmp_path: Path) -> None:
    assert_fits(configured(tmp_path), arguments)


def test_what_is_made_of_templates_fits(tmp_path: Path) -> None:
    root = configured(tmp_path)
    for arguments in MADE_OF_TEMPLATES:
        assert_fits(root, arguments)


def assert_fits(root: Path, arguments: Sequence[str]) -> None:
    """No line is wider than the terminal, and no word of the log is missing there."""
    done = command_line(root, *arguments, environment={"COLUMNS": "60"})
    for columns in WIDTHS:
        code, seen = in_terminal(columns, root, *arguments)
        assert code == done.returncode, seen
        assert [line for line in seen.splitlines() if too_wide(line, columns)] == []
        if arguments[1:] != ("synth",):  # which leaves descriptions to terminals with room
            assert words(done.stdout) - words(seen) == set()


def too_wide(line: str, columns: int) -> bool:
    """A command is left whole, to be pasted, and so is a word that no line would hold."""
    whole = line.lstrip().startswith(("next: ", "cdk bootstrap ", "./"))
    longest = max(map(len, line.split()), default=0)
    return len(line) > columns and not whole and longest < columns - SHORT


def words(text: str) -> set[str]:
    """The words that a table breaks nowhere, without headings and what is around them.

    Where a row is a block of lines, an empty cell has none, and the first needs no heading.
    """
    found = {word.strip(".,:;()") for word in re.split(r"[\s│─]+", text)}
    return {word for word in found if 0 < len(word) <= SHORT and not word.istitle()}
