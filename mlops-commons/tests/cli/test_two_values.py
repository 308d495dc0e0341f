"""An option that takes one value is refused with two: the last one would hold without a word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from command_lines import command_line, configured
from typer._click.exceptions import UsageError
from typer._click.parser import _Option

from mlops_commons.cli.application import application
from mlops_commons.cli.apps.verbs import OWN_VERBS
from mlops_commons.cli.once import refuse_two_values


@pytest.fixture(autouse=True)
def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule, for the time of a test."""
    monkeypatch.setattr(_Option, "process", _Option.process)
    refuse_two_values()


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """A command and all that it holds, by what is typed."""
    yield name, command
    for below, found in getattr(command, "commands", {}).items():
        yield from commands(found, f"{name} {below}".strip())


def every_command() -> Iterator[tuple[str, Any]]:
    yield from commands(typer.main.get_command(application))
    for verb, made in OWN_VERBS.items():
        yield from commands(typer.main.get_command(made("infra")), f"infra {verb}")


OPTIONS = [
    pytest.param(command, option, id=f"{name} {option.opts[0]}".strip())
    for name, command in every_command()
    for option in command.params
    if getattr(option, "takes_value", not getattr(option, "is_flag", True))
]
SINGLE = [case for case in OPTIONS if not case.values[1].multiple]  # type: ignore[union-attr]
REPEATED = [case for case in OPTIONS if case.values[1].multiple]  # type: ignore[union-attr]


def parse(command: Any, *words: str) -> dict[str, Any]:
    """What the parser makes of words, before anything is done with it."""
    context = command.context_class(command, info_name="verb")
    values, _, _ = command.make_parser(context).parse_args(list(words))
    return dict(values)


@pytest.mark.pure
def test_there_are_options_of_both_kinds() -> None:
    assert len(SINGLE) > 30
    assert len(REPEATED) > 3


@pytest.mark.pure
@pytest.mark.parametrize(("command", "option"), SINGLE)
def test_two_values_are_refused_and_named(command: Any, option: Any) -> None:
    names = [option.opts[0], option.opts[-1]]
    one, two = (" ".join([word] * option.nargs) for word in ("one", "two"))
    with pytest.raises(UsageError) as caught:
        parse(command, names[0], *one.split(), names[1], *two.split())
    said = f"{max(names, key=len)} is given twice, as '{one}' and as '{two}'"
    assert caught.value.message.startswith(said)


@pytest.mark.pure
@pytest.mark.parametrize(("command", "option"), SINGLE)
def test_the_same_value_twice_is_that_value(command: Any, option: Any) -> None:
    words = [option.opts[0], *["one"] * option.nargs]
    once = parse(command, *words)
    assert once == parse(command, *words, *words)
    assert "one" in str(once[option.name])


@pytest.mark.pure
@pytest.mark.parametrize(("command", "option"), REPEATED)
def test_what_may_be_repeated_takes_both(command: Any, option: Any) -> None:
    name = option.opts[0]
    assert parse(command, name, "one", name, "two")[option.name] == ["one", "two"]


@pytest.mark.app
@pytest.mark.parametrize(
    "words",
    [
        "config --non-interactive --region eu-west-1 --region=eu-west-2",
        "rehearse --report one.html --report two.html --until nope",
        "rehearse --config one.yml --config two.yml --until nope",
        "infra publish -m one --message two",
        "--config one costs --config two",
    ],
)
def test_nothing_is_done_and_the_exit_code_is_2(tmp_path: Path, words: str) -> None:
    done = command_line(configured(tmp_path), *words.split())
    assert done.returncode == 2
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "is given twice, as '" in line
    assert done.stdout == ""
