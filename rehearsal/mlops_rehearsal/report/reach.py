"""The table of who can become whom: reviewed for known configurations, or computed here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from mlops_commons.utilities.paths import (
    CDK_APP_PLACE,
    CDK_INFRA_APP_PLACE,
    EXAMPLES,
    REPOSITORY_ROOT,
)

PAGE: Final = REPOSITORY_ROOT / "docs" / "reachability.md"
REVIEWED: Final = ("sample", "endpoints-only", "separate-projects")
"""The configurations whose tables stand on that page; `generate --check` holds them current."""


@dataclass(frozen=True, kw_only=True)
class ReachRows:
    """The table: a start, then a cell for each class of targets.

    Attributes:
        source: where it comes from, in words.
    """

    source: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def reviewed(cdk_app: Path, infra: Path) -> ReachRows | None:
    """The table on the page for a configuration that says the same; None for any other."""
    given = (_content(cdk_app), _content(infra))
    for name in REVIEWED:
        folder = EXAMPLES / name
        files = (folder / CDK_APP_PLACE.name, folder / CDK_INFRA_APP_PLACE.name)
        if given == tuple(map(_content, files)):
            heading, *rows = _table(PAGE.read_text(encoding="utf-8"), f"reach in {name}")
            source = f"the reviewed table of docs/reachability.md for the configuration '{name}'"
            return ReachRows(source=source, heading=heading, rows=tuple(rows))
    return None


def computed(cdk_app: Path, infra: Path, folder: Path) -> ReachRows:
    """The table for any configuration, as `access` computes it; takes a minute.

    Raises:
        PlatformError: something of it cannot be synthesised.
    """
    from mlops_reachability.document import tables_of
    from mlops_reachability.synthesis import synthesise
    from mlops_reachability.table import table

    found, _ = tables_of("this", table(synthesise(cdk_app, infra, folder)))
    rows = tuple(tuple(map(_plain, row)) for row in found.rows)
    source = "computed for the configuration of this rehearsal"
    return ReachRows(source=source, heading=found.heading, rows=rows)


def _content(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.is_file() else None


def _table(page: str, name: str) -> Iterator[tuple[str, ...]]:
    """The heading and the rows of a generated table."""
    _, _, rest = page.partition(f"<!-- {name}: ")
    lines = rest.partition(f"<!-- end of {name} -->")[0].splitlines()
    for line in lines:
        if line.startswith("| ") and not line.startswith("| ---"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield tuple(map(_plain, cells))


def _plain(cell: str) -> str:
    """A cell without the marks of Markdown."""
    return cell.replace("**", "").replace("\\", "")


def as_json(found: ReachRows | None) -> Mapping[str, Any] | None:
    """The table for programs."""
    if found is None:
        return None
    return {"source": found.source, "heading": found.heading, "rows": found.rows}
