"""Help that fits sixty columns and whose examples can be pasted."""

from collections.abc import Mapping
from typing import Any, Final

import typer
from typer.core import TyperGroup

PROGRAM: Final = "mlops-multi-account.sh"
HELP_OPTIONS: Final = ("-h", "--help")
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Try it without AWS": ("rehearse", "access", "diagram", "docs"),
    "Prepare": ("setup", "prerequisites", "config", "costs", "doctor", "bootstrap"),
    "Deploy and take away": ("infra", "template", "status", "teardown"),
    "Work on this repository": ("check", "ai-controls", "lint", "test", "generate"),
    "This command line": ("help", "completion", "version"),
}
"""The verbs in the order in which a newcomer needs them; others come last, as `More`."""
MORE: Final = "More"
LONGEST_SENTENCE: Final = 1000
"""Characters: never reached, because a sentence that is cut says nothing."""


class Whole(TyperGroup):
    """A group whose help says of each command its whole first sentence, in as many lines as needed.

    Typer's own list cuts it at the end of a line.
    """

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a list of the commands, by section where there are sections."""
        shown = {name: command for name, command in self.commands.items() if not command.hidden}
        widest = max(map(len, shown))
        for title, names in self.sections(tuple(shown)).items():
            rows = [
                (name.ljust(widest), shown[name].get_short_help_str(LONGEST_SENTENCE))
                for name in names
                if name in shown
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def sections(self, shown: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """The names of commands by section; one that is not shown is left out."""
        return {"Commands": shown}


class Sections(Whole):
    """The group of all verbs: by section, in the order of `SECTIONS`."""

    def sections(self, shown: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """Those of `SECTIONS`, and `More` for a verb that none of them names."""
        named = {name for names in SECTIONS.values() for name in names}
        return {**SECTIONS, MORE: tuple(name for name in shown if name not in named)}


def epilog(about: str = "", examples: Mapping[str, str] | None = None) -> str:
    """The end of a verb's help.

    Args:
        about: paragraphs, which are wrapped to the width of the terminal.
        examples: by command, without the program, what it does.
    """
    paragraphs = [about.strip()] if about else []
    if examples:
        lines = [f"  # {text}\n  ./{PROGRAM} {command}" for command, text in examples.items()]
        paragraphs.append("\b\nExamples:\n" + "\n".join(lines))
    return "\n\n".join(paragraphs)


def show(context: typer.Context, verb: list[str] | None) -> None:
    """Print the help of the whole command line, or of a verb."""
    root = context.find_root()
    if not verb:
        typer.echo(root.get_help())
        return
    root.command.main([*verb, "--help"], prog_name=PROGRAM)
