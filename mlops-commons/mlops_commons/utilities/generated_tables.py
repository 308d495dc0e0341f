"""Tables of READMEs that are written from the code, each between two marks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mlops_commons.utilities.errors import PlatformError
from mlops_commons.utilities.paths import REPOSITORY_ROOT

COMMAND: Final = "./mlops-multi-account.sh generate"


@dataclass(frozen=True, kw_only=True)
class GeneratedTable:
    """One table.

    Attributes:
        name: what it lists, as its marks say.
        files: the READMEs that hold it, relative to the repository.
        rows: as many cells each as the heading has.
    """

    name: str
    files: tuple[str, ...]
    heading: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def begin(self) -> str:
        """The mark before the table."""
        return f"<!-- {self.name}: written by {COMMAND} -->"

    @property
    def end(self) -> str:
        """The mark after the table."""
        return f"<!-- end of {self.name} -->"

    def markdown(self) -> str:
        """The table alone, in Markdown."""
        lines = [self.heading, tuple("---" for _ in self.heading), *self.rows]
        return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def with_table(text: str, table: GeneratedTable) -> str:
    """The text of a README with the table between its two marks.

    Raises:
        PlatformError: the text does not have both marks, once each and in this order.
    """
    before, begin, rest = text.partition(table.begin)
    _, end, after = rest.partition(table.end)
    if not begin or not end:
        raise PlatformError(
            f"the table '{table.name}' has no place in the README",
            hint=f"put these two lines where it belongs: {table.begin} {table.end}",
        )
    return f"{before}{table.begin}\n\n{table.markdown()}\n\n{table.end}{after}"


def wanted_texts(tables: Iterable[GeneratedTable], root: Path = REPOSITORY_ROOT) -> dict[Path, str]:
    """The text that each README of this repository should have.

    Raises:
        PlatformError: a README lacks the marks of a table.
    """
    texts: dict[Path, str] = {}
    for table in tables:
        for file in (root / name for name in table.files):
            # The repository of one app lacks the README of the other.
            if file.is_file():
                text = texts.get(file) or file.read_text(encoding="utf-8")
                texts[file] = with_table(text, table)
    return texts


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
