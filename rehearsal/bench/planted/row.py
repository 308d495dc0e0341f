"""What has become of a planted fault, and the table of all of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEAD = "| Fault | Shows in | Caught | What is said |\n| --- | --- | --- | --- |\n"
MADE_UP = re.compile(r"(/tmp/)[^ :]*/|(p-)[0-9a-f]{12}|(?<=[A-Za-z])[0-9A-F]{8}(?![0-9A-Za-z])")
"""Folders, ids of projects and hashes of logical ids, which are others each time."""
LONGEST = 150


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, where it shows, and the line that says it."""

    name: str
    where: str
    caught: bool
    said: str

    @property
    def word(self) -> str:
        """For the terminal."""
        return "caught" if self.caught else "NOT CAUGHT"


def table(rows: Sequence[Row]) -> str:
    """The rows as a table of Markdown, the same each time."""
    return HEAD + "".join(
        f"| {row.name} | {row.where} | {'yes' if row.caught else '**no**'} | `{_said(row)}` |\n"
        for row in rows
    )


def _said(row: Row) -> str:
    text = MADE_UP.sub(lambda found: found[2] or "", row.said)
    text = " ".join(text.replace("|", "/").replace("`", "'").split())
    return f"{text[:LONGEST]}..." if len(text) > LONGEST else text
