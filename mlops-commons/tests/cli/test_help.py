"""The help of every verb fits a terminal of eighty columns, and what it shows can be pasted."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from mlops_commons.cli.application import application
from mlops_commons.cli.apps.cdk_verb import CDK_VERBS
from mlops_commons.cli.apps.verbs import OWN_VERBS
from mlops_commons.cli.help import PROGRAM

pytestmark = pytest.mark.pure

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
    ended = CliRunner().invoke(
        application, [*path, flag], prog_name=PROGRAM, env={"COLUMNS": str(columns)}
    )
    assert ended.exit_code == 0, ended.output
    return ended.output


@pytest.mark.parametrize("path", [*EVERY, *OF_APPS], ids=" ".join)
def test_help_fits_and_every_verb_knows_both_names_of_it(path: tuple[str, ...]) -> None:
    if path == ("prerequisites",):
        return  # its script answers before there is a Python: tests/wrapper
    found = shown(path, "-h")
    assert found == shown(path, "--help")
    wide = [line for line in found.splitlines() if len(line) > COLUMNS]
    assert not wide
    assert not [line for line in found.splitlines() if line.endswith("...") and "Usage" not in line]


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_an_example_begins_with_the_program_and_names_a_verb_that_is_there(
    path: tuple[str, ...],
) -> None:
    if path == ("prerequisites",):
        return
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
