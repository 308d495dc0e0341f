"""The table of reach: for each start and class of targets, whether and by which shortest path."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from mlops_reachability.accounts import world_of
from mlops_reachability.model import World
from mlops_reachability.reach import Graph
from mlops_reachability.starts import Target, starts, target
from mlops_reachability.synthesis import Synthesised

RANDOM: Final = re.compile(r"-[0-9A-F]{12}\b|-[0-9a-f]{12}\b")
"""What CloudFormation appends to names."""
Cells = Mapping[tuple[str, Target], tuple[str, ...]]
"""The path to each target class that a start reaches; a start in its own class has an empty one."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One start and one class of targets.

    Attributes:
        products: in whose projects it is reached; empty where it is not.
        path: the shortest, in words, in the first of these products.
    """

    start: str
    target: Target
    products: tuple[str, ...]
    path: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The row as JSON has it."""
        return {
            "start": self.start,
            "target": self.target.value,
            "products": list(self.products),
            "path": list(self.path),
        }


@dataclass(frozen=True, kw_only=True)
class ReachTable:
    """Every start with every class of targets, over the products of a configuration."""

    products: tuple[str, ...]
    rows: tuple[Reach, ...]

    @property
    def starts(self) -> tuple[str, ...]:
        """The starts in their order."""
        return tuple(dict.fromkeys(row.start for row in self.rows))


def cells(world: World) -> Cells:
    """What is reached in one world."""
    return cells_of(Graph(world))


def cells_of(graph: Graph) -> Cells:
    """What is reached in a graph."""
    found: dict[tuple[str, Target], tuple[str, ...]] = {}
    for start, nodes in starts(graph.world):
        reached = graph.from_(nodes)
        for node in reached.by:
            kind = target(graph.world, node)
            if kind and (start, kind) not in found and node not in nodes:
                found[start, kind] = tuple(RANDOM.sub("", s) for s in reached.path(node))
    return found


def table(synthesised: Synthesised, products: Iterable[str] = ()) -> ReachTable:
    """The table over some products, all of them by default.

    Products whose projects have the same roles and policies are computed once.
    """
    slugs = tuple(products) or tuple(synthesised.products)
    worlds = {slug: world_of(synthesised, slug) for slug in slugs}
    alike: dict[str, str] = {}
    computed: dict[str, Cells] = {}
    order: dict[str, None] = {}
    for slug, world in worlds.items():
        same = next((s for s in computed if _same(worlds[s], world)), slug)
        alike[slug] = same
        if same == slug:
            computed[slug] = cells(world)
            order |= dict.fromkeys(start for start, _ in starts(world))
    rows = []
    for start in order:
        for kind in Target:
            having = [slug for slug in slugs if (start, kind) in computed[alike[slug]]]
            path = computed[alike[having[0]]][start, kind] if having else ()
            rows.append(Reach(start=start, target=kind, products=tuple(having), path=path))
    return ReachTable(products=slugs, rows=tuple(rows))


def _same(first: World, second: World) -> bool:
    """Whether two worlds differ in nothing but the seeds of their repositories."""
    return first.documents == second.documents and first.roles == second.roles
