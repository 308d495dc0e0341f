"""Questions: what cannot be used is told as every error is, and asked again."""

from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from mlops_commons.cli.asking import asked, confirmed

pytestmark = pytest.mark.pure


def said(ask: Callable[[], object], answers: str) -> str:
    """What is printed while a person types some lines."""
    application = typer.Typer()

    @application.command()
    def verb() -> None:
        typer.echo(f"found: {ask()}")

    done = CliRunner().invoke(application, [], input=answers)
    assert "Error" not in done.output
    return done.output


@pytest.mark.parametrize(
    ("typed", "default", "found"),
    [("y", False, True), ("YES", False, True), ("n", True, False), ("", True, True)],
)
def test_yes_and_no_are_understood(typed: str, default: bool, found: bool) -> None:
    assert f"found: {found}" in said(lambda: confirmed("go on?", default=default), f"{typed}\n")


def test_what_is_neither_yes_nor_no_is_told_and_asked_again() -> None:
    output = said(lambda: confirmed("go on?"), "maybe\ny\n")
    assert "error: 'maybe' is neither yes nor no: type y or n\n" in output
    assert output.count("go on? [y/N]: ") == 2
    assert "found: True" in output


def test_an_answer_that_a_check_refuses_is_told_and_asked_again() -> None:
    def check(answer: str) -> int:
        if not answer.isdigit():
            raise typer.BadParameter(f"'{answer}' is no number")
        return int(answer)

    output = said(lambda: asked("how many", check, default="3"), "x\n\n")
    assert "error: 'x' is no number" in output
    assert "found: 3" in output
