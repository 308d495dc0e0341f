"""The page of reach: the reviewed tables and the picture, made from what is synthesised."""

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from mlops_commons.diagrams.svg import drawn
from mlops_commons.utilities.generated_tables import GeneratedTable, wanted_texts
from mlops_commons.utilities.paths import (
    CDK_APP_CONFIG,
    CDK_INFRA_APP_CONFIG,
    REPOSITORY_ROOT,
    SAMPLE,
)
from mlops_reachability.picture import picture
from mlops_reachability.starts import Target
from mlops_reachability.synthesis import Synthesised, synthesise
from mlops_reachability.table import Reach, ReachTable, table

PAGE: Final = "docs/reachability.md"
PICTURE: Final = REPOSITORY_ROOT / "docs" / "diagrams" / "reachability.svg"
NOT: Final = ""
YES: Final = "**yes**"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A configuration whose reach is on the page.

    Attributes:
        products: of whose projects; none means all.
    """

    name: str
    folder: Path
    products: tuple[str, ...] = ()


CONFIGURATIONS: Final = (
    Reviewed(name="sample", folder=SAMPLE),
    Reviewed(name="endpoints-only", folder=SAMPLE.with_name("endpoints-only"), products=("basic",)),
    Reviewed(
        name="separate-projects", folder=SAMPLE.with_name("separate-projects"), products=("basic",)
    ),
    Reviewed(name="organisation", folder=SAMPLE.with_name("organisation"), products=("basic",)),
)


@cache
def synthesised(reviewed: Reviewed) -> Synthesised:
    """What a configuration deploys; once in a process, and there until it ends."""
    folder = tempfile.mkdtemp(prefix="mlops-reach-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return synthesise(
        reviewed.folder / CDK_APP_CONFIG.name,
        reviewed.folder / CDK_INFRA_APP_CONFIG.name,
        Path(folder),
        reviewed.products,
    )


@cache
def computed(reviewed: Reviewed) -> ReachTable:
    """The table of a configuration; once in a process, since everything is synthesised for it."""
    return table(synthesised(reviewed), reviewed.products)


def generated() -> Mapping[Path, str]:
    """The page with its tables, and the picture.

    Raises:
        PlatformError: an example cannot be synthesised.
    """
    found = {reviewed.name: computed(reviewed) for reviewed in CONFIGURATIONS}
    tables = [made for name, reach in found.items() for made in tables_of(name, reach)]
    svg = drawn(picture(found[CONFIGURATIONS[0].name]))
    return {**wanted_texts(tables), PICTURE: svg}


def tables_of(name: str, reach: ReachTable) -> tuple[GeneratedTable, GeneratedTable]:
    """What is reached, and by which paths."""
    return (
        GeneratedTable(
            name=f"reach in {name}",
            files=(PAGE,),
            heading=("Who has", *(kind.value for kind in Target)),
            rows=[
                (start, *(_cell(row, reach) for row in reach.rows if row.start == start))
                for start in reach.starts
            ],
        ),
        GeneratedTable(
            name=f"paths in {name}",
            files=(PAGE,),
            heading=("Who has", "reaches", "by"),
            rows=[
                (row.start, row.target.value, "; ".join(row.path) or "what it is")
                for row in reach.rows
                if row.products
            ],
        ),
    )


def _cell(row: Reach, reach: ReachTable) -> str:
    """Yes, nothing, or the products in whose projects it is so."""
    if not row.products:
        return NOT
    return YES if row.products == reach.products else ", ".join(row.products)
