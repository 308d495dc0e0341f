"""Questions to a person, asked again until the answer can be used; each error begins as ours do."""

from collections.abc import Callable
from typing import Final, TypeVar

import typer

Answer = TypeVar("Answer")
WORDS: Final = {"y": True, "yes": True, "n": False, "no": False}


def asked(
    question: str,
    check: Callable[[str], Answer],
    *,
    default: str | None = None,
    show_default: bool = True,
    err: bool = False,
) -> Answer:
    """Ask until the answer passes a check, which may change it.

    Typer's own loop writes `Error:`, and has no setting for that.

    Args:
        check: raises typer.BadParameter with what is wrong.
        default: what an empty answer means; without one it is asked again.
        err: ask on stderr.

    Raises:
        typer.Abort: the person has pressed control-C, or the input has ended.
    """
    while True:
        answer = typer.prompt(
            question, default=default, show_default=show_default, value_proc=str, err=err
        )
        try:
            return check(answer)
        except typer.BadParameter as error:
            typer.echo(f"error: {error.message}", err=err)


def confirmed(question: str, *, default: bool = False, err: bool = False) -> bool:
    """Ask for yes or no; an empty answer is the default.

    Raises:
        typer.Abort: the person has pressed control-C, or the input has ended.
    """
    marks, usual = ("Y/n", "y") if default else ("y/N", "n")
    return asked(f"{question} [{marks}]", _yes, default=usual, show_default=False, err=err)


def _yes(answer: str) -> bool:
    word = answer.strip().lower()
    if word not in WORDS:
        raise typer.BadParameter(f"'{answer}' is neither yes nor no: type y or n")
    return WORDS[word]
