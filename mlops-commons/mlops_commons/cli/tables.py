"""Tables for people: as wide as the terminal, or one line for each row in a log."""

import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDTH_WITHOUT_TERMINAL: Final = 240
"""Wide enough for one line per row, so that a log can be searched by line."""
LONGEST_WHOLE: Final = 16
"""Characters of a cell that is never broken: an account id, a region, a count."""
LEAST_FOLDED: Final = 16
"""Characters that a column of longer cells needs to be read at all."""
GAP: Final = 2
"""Characters between two columns of `empty_table`."""
NEXT: Final = "next: "
"""Begins the line of an error or a note that says what to do."""


def console() -> "Console":
    """Where tables are printed; without a terminal lines end at their last character."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)


def empty_table() -> "Table":
    """A table in the style of this command line."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)


def colour_wanted() -> bool | None:
    """False where the environment wants none (no-color.org, a dumb terminal); None: a terminal."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return False if unwanted else None


def width(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Characters that a table needs in which no cell is folded."""
    return sum(_widths(headings, rows)) + GAP * (len(headings) - 1)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, whole: str = "") -> None:
    """Print rows with as many cells each as there are headings.

    Long cells are folded, short ones never: where even that does not fit, each row becomes a block
    of lines.

    Args:
        whole: the heading of a column that is never folded, because its cells are copied.
    """
    from rich.text import Text

    rows = [*rows]
    screen, table = console(), empty_table()
    widths = _widths(headings, rows)
    kept = [
        size <= LONGEST_WHOLE or heading == whole
        for heading, size in zip(headings, widths, strict=True)
    ]
    least = [s if keep else LEAST_FOLDED for s, keep in zip(widths, kept, strict=True)]
    if sum(least) + GAP * (len(headings) - 1) > screen.width:
        print_blocks(headings, rows)
        return
    for heading, size, keep in zip(headings, least, kept, strict=True):
        table.add_column(heading, overflow="fold", no_wrap=keep, min_width=size)
    for row in rows:
        table.add_row(*map(Text, row))
    print_stripped(screen, table)


def print_blocks(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print each row as lines of `heading: cell`, without empty cells, and a line between rows."""
    for number, row in enumerate(rows):
        cells = [(heading, cell) for heading, cell in zip(headings, row, strict=True) if cell]
        lines = [f"{heading}: {cell}" if heading else cell for heading, cell in cells]
        sys.stdout.write("\n" * bool(number))
        print_wrapped([f"  {line}" if place else line for place, line in enumerate(lines)])


def print_wrapped(lines: Iterable[str]) -> None:
    """Print lines, wrapped in a terminal; a word that is longer, such as an ARN, is left whole."""
    for line in lines:
        sys.stdout.write(f"{wrapped(line)}\n")


def say(text: str) -> None:
    """Write to stderr as `print_wrapped` does to stdout."""
    if sys.stderr.isatty():
        from rich.console import Console

        text = wrapped(text, Console(stderr=True).width)
    sys.stderr.write(f"{text}\n")


def wrapped(text: str, columns: int | None = None) -> str:
    """Lines as a terminal has room for them; a log gets them whole.

    What to do next is whole everywhere, because a command in it is there to be pasted.

    Args:
        columns: another width than that of the terminal on stdout.
    """
    columns = console().width if columns is None else columns
    if columns >= WIDTH_WITHOUT_TERMINAL:
        return text
    return "\n".join(_wrapped(line, columns) for line in text.split("\n"))


def _wrapped(line: str, columns: int) -> str:
    if line.lstrip().startswith(NEXT):
        return line
    parts = textwrap.wrap(
        line, columns, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(parts)


def print_stripped(screen: "Console", table: "Table") -> None:
    """Print a table; a log gets no blanks at the end of its lines."""
    if screen.is_terminal:
        screen.print(table)
        return
    with screen.capture() as printed:
        screen.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in printed.get().splitlines())


def _widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    cells = [headings, *rows]
    return [max(len(row[column]) for row in cells) for column in range(len(headings))]
