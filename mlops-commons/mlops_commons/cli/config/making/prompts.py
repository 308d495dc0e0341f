"""Questions in a terminal: each answer is checked where it is typed, and kept until it is used."""

from collections.abc import Callable
from typing import Any, Final

import typer
from pydantic import TypeAdapter, ValidationError

from mlops_commons.cli.asking import asked, confirmed
from mlops_commons.cli.config.making.draft import Draft
from mlops_commons.config.validation import with_odd_letter

NONE: Final = "-"
"""The answer that says that there is none."""


class Prompts:
    """Asks, with what a draft holds or what is proposed in brackets.

    Every question raises typer.Abort where a person has pressed control-C or the input has ended.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._place = ""

    def begin(self, heading: str, place: str) -> None:
        """Show a heading; the answers that follow are those of its place."""
        self.at(place)
        typer.secho(f"\n{heading}", bold=True)

    def at(self, place: str) -> None:
        """Let the answers that follow be those of a place."""
        self._place = place

    def checked(
        self, question: str, proposed: str, check: Callable[[str], Any], *, sure: bool = False
    ) -> Any:
        """Ask until the answer passes a check, which may change it.

        Args:
            sure: the proposal is known, so that an earlier answer does not count.
        """
        earlier = "" if sure else self._draft.answer(self._place, question)

        def kept(answer: str) -> Any:
            found = check(answer)
            self._draft.keep(self._place, question, answer.strip())
            return found

        return asked(question, kept, default=earlier or proposed or None)

    def text(self, question: str, proposed: str, kind: Any, *, sure: bool = False) -> str:
        """Ask for a value of a kind that the files have."""
        return str(self.checked(question, proposed, of_kind(kind), sure=sure))

    def optional(self, question: str, proposed: str, kind: Any) -> str:
        """Ask for a value that may be left out; empty for none."""
        one = of_kind(kind)

        def check(answer: str) -> str:
            return "" if answer.strip() == NONE else one(answer)

        return str(self.checked(f"{question} ('-' for none)", proposed or NONE, check))

    def texts(self, question: str, proposed: str, kind: Any) -> tuple[str, ...]:
        """Ask for one value or more, with commas between them."""
        found: tuple[str, ...] = self.checked(question, proposed, _several(kind))
        return found

    def optional_texts(self, question: str, proposed: str, kind: Any) -> tuple[str, ...]:
        """Ask for values that may be left out, with commas between them."""
        several = _several(kind)

        def check(answer: str) -> tuple[str, ...]:
            return () if answer.strip() == NONE else several(answer)

        found: tuple[str, ...] = self.checked(
            f"{question}, with commas ('-' for none)", proposed or NONE, check
        )
        return found

    def choice(self, question: str, proposed: str, allowed: tuple[str, ...]) -> str:
        """Ask for one of some words, whatever their case."""
        by_lower = {word.lower(): word for word in allowed}

        def check(answer: str) -> str:
            if answer.strip().lower() not in by_lower:
                raise typer.BadParameter(f"'{answer}' is not one of: {', '.join(allowed)}")
            return by_lower[answer.strip().lower()]

        return str(self.checked(f"{question} ({' or '.join(allowed)})", proposed, check))

    def confirm(self, question: str, *, default: bool) -> bool:
        """Ask for yes or no."""
        earlier = self._draft.answer(self._place, question)
        found = confirmed(question, default=earlier == "yes" if earlier else default)
        self._draft.keep(self._place, question, "yes" if found else "no")
        return found


def of_kind(kind: Any) -> Callable[[str], str]:
    """The check of a value in the file, as a check of an answer."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(answer: str) -> str:
        try:
            return adapter.validate_python(answer.strip())
        except ValidationError as error:
            text = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise typer.BadParameter(with_odd_letter(text, answer)) from None

    return check


def _several(kind: Any) -> Callable[[str], tuple[str, ...]]:
    one = of_kind(kind)

    def check(answer: str) -> tuple[str, ...]:
        parts = [part.strip() for part in answer.split(",") if part.strip()]
        lower = [part.lower() for part in parts]
        if twice := sorted({part for part in lower if lower.count(part) > 1}):
            raise typer.BadParameter(f"'{twice[0]}' is there twice")
        if not parts:
            raise typer.BadParameter("at least one is needed")
        return tuple(one(part) for part in parts)

    return check
