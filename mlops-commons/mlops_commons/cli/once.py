"""One rule for all verbs: an option that takes one value is not given two."""

from typing import Any


def two_values(option: str, first: object, second: object) -> str:
    """The refusal, in which both are named; the last one would hold without a word."""
    said = [" ".join(v) if isinstance(v, tuple) else v for v in (first, second)]
    return f"{option} is given twice, as '{said[0]}' and as '{said[1]}'; keep one of them"


def refuse_two_values() -> None:
    """Let the parser refuse a second, other value of an option; the same one twice says nothing.

    Typer has no setting for that: its parser stores the last one (typer/_click/parser.py, `process`
    of an option whose action is `store`). One that may be repeated has the action `append`.
    """
    from typer._click.exceptions import BadOptionUsage
    from typer._click.parser import _Option

    as_typer_does = _Option.process

    def process(self: _Option, value: Any, state: Any) -> None:
        if self.action == "store" and state.opts.get(self.dest, value) != value:
            name = max(self.obj.opts, key=len)
            raise BadOptionUsage(name, two_values(name, state.opts[self.dest], value))
        as_typer_does(self, value, state)

    _Option.process = process  # type: ignore[method-assign]
