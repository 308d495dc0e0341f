"""The help of every verb fits terminals and logs, and what it shows can be pasted."""

import contextlib
import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
import typer.main
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.cli.apps.cdk_verb import CDK_VERBS
from mlops_commons.cli.apps.verbs import OWN_VERBS
from mlops_commons.cli.help import PROGRAM
from mlops_commons.utilities.paths import REPOSITORY_ROOT

pytestmark = pytest.mark.pure

WIDTHS = (60, 80, 130)
COLUMNS = 80


def verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command that the help shows, with those of its groups."""
    yield path
    for name, found in getattr(command, "commands", {}).items():
        if not found.hidden:
            yield from verbs(found, (*path, name))


EVERY = [*verbs(typer.main.get_command(application))]
OF_APPS = [(app, verb) for app in ("infra", "template") for verb in OWN_VERBS]


def shown(path: tuple[str, ...], flag: str, columns: int = COLUMNS) -> str:
    """What a verb prints in a terminal of so many columns.

    Not by Typer's runner for tests, which formats for eighty whatever the terminal has.
    """
    if path == ("prerequisites",):  # its script answers before there is a Python
        command = ["bash", str(REPOSITORY_ROOT / PROGRAM), *path, flag]
        return subprocess.check_output(command, text=True)
    printed = io.StringIO()
    with (
        mock.patch.dict(os.environ, {"COLUMNS": str(columns)}),
        contextlib.redirect_stdout(printed),
        pytest.raises(SystemExit) as ended,
    ):
        application([*path, flag], prog_name=PROGRAM)
    assert ended.value.code == 0, printed.getvalue()
    return printed.getvalue()


def too_wide(help_text: str, columns: int) -> list[str]:
    """Lines beyond the width; a command is left whole, because it is to be pasted."""
    lines = re.sub(rf"^ *(Usage: |\./){PROGRAM}[^\\\n]*(\\\n[^\\\n]*)*$", "", help_text, flags=re.M)
    return [line for line in lines.splitlines() if len(line) > columns]


@pytest.mark.parametrize("path", [*EVERY, *OF_APPS], ids=" ".join)
def test_help_fits_every_width_and_no_sentence_is_cut(path: tuple[str, ...]) -> None:
    assert shown(path, "-h") == shown(path, "--help")
    narrow, usual, wide = ("".join(shown(path, "-h", columns).split()) for columns in WIDTHS)
    assert narrow == usual == wide
    for columns in WIDTHS:
        found = shown(path, "--help", columns)
        assert too_wide(found, columns) == []
        ends = [line for line in found.splitlines() if line.endswith("...")]
        assert [line for line in ends if not line.endswith(("]...", "ARGS..."))] == []


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_an_example_begins_with_the_program_and_names_a_verb_that_is_there(
    path: tuple[str, ...],
) -> None:
    _, _, examples = shown(path, "--help").partition("Examples:\n")
    commands = re.sub(r"\\\n", "", examples).splitlines()
    for line in (line.strip() for line in commands if not line.strip().startswith("#")):
        if not line or line.startswith("source"):
            continue
        program, *words = shlex.split(line)
        assert program == f"./{PROGRAM}"
        known = {name for found in EVERY for name in found} | {*OWN_VERBS, *CDK_VERBS}
        assert words[0] in known
        assert len(words) == 1 or words[0] not in {"infra", "template"} or words[1] in known


@pytest.mark.parametrize("path", [("infra",), ("config", "validate"), ("infra", "publish")])
def test_the_verb_help_shows_what_the_flag_shows(path: tuple[str, ...]) -> None:
    assert shown(("help", *path), "--").split() == shown(path, "--help").split()


def test_help_of_nothing_is_the_help_of_all() -> None:
    assert shown(("help",), "--").split() == shown((), "--help").split()


def test_help_of_an_unknown_verb_exits_2_and_names_it() -> None:
    ended = CliRunner().invoke(application, ["help", "rehears"], prog_name=PROGRAM)
    assert ended.exit_code == 2
    assert "No such command 'rehears'. Did you mean 'rehearse'?" in ended.output


@pytest.mark.parametrize("arguments", [["--version"], ["-V"], ["version"]])
def test_the_version_has_three_names(arguments: list[str]) -> None:
    ended = CliRunner().invoke(application, arguments)
    assert (ended.exit_code, ended.output) == (0, f"{PROGRAM} 0.1.0\n")
