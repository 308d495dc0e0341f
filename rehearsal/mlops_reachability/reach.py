"""What can be reached from a start: edges followed until nothing new comes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from mlops_reachability.actors import EVERYTHING, Actor
from mlops_reachability.capabilities import Capabilities
from mlops_reachability.consumers import image_edges
from mlops_reachability.edges import Edge, made
from mlops_reachability.egress import exits
from mlops_reachability.model import FOREIGN, Document, Role, World
from mlops_reachability.pipelines import build_edges, pipeline_edges


@dataclass
class Reached:
    """Nodes with the edge that led to each of them first, and where that edge begins."""

    by: dict[str, tuple[str, Edge] | None] = field(default_factory=dict)

    def path(self, node: str) -> tuple[str, ...]:
        """The steps to a node, in words; what an approval needs stands before it."""
        steps: list[str] = []
        self._collect(node, steps, set())
        return tuple(dict.fromkeys(steps))

    def _collect(self, node: str, steps: list[str], seen: set[str]) -> None:
        found = self.by.get(node)
        if found is None or node in seen:
            return
        seen.add(node)
        source, edge = found
        for needed in (source, *edge.needs):
            self._collect(needed, steps, seen)
        steps.append(edge.words)


class Graph:
    """The graph of a world; the edges of a node are found when somebody comes to it."""

    def __init__(self, world: World) -> None:
        """Read the edges that do not begin at an actor."""
        self.world = world
        self.capabilities = Capabilities(world)
        self._edges: dict[str, tuple[Edge, ...]] = {}
        self._fixed: dict[str, list[Edge]] = {}
        fixed = (*pipeline_edges(world), *build_edges(world), *image_edges(world))
        for source, edge in fixed:
            self._fixed.setdefault(source, []).append(edge)

    def from_(self, starts: Iterable[str]) -> Reached:
        """Everything that is reached from some nodes together."""
        reached = Reached(dict.fromkeys(starts))
        queue, waiting = deque(reached.by), list[tuple[str, Edge]]()
        while queue:
            node = queue.popleft()
            waiting += [(node, edge) for edge in self.edges(node)]
            held = []
            for source, edge in waiting:
                if edge.target in reached.by:
                    continue
                if all(needed in reached.by for needed in edge.needs):
                    reached.by[edge.target] = source, edge
                    queue.append(edge.target)
                else:
                    held.append((source, edge))
            waiting = held
        return reached

    def take_edges(self, other: "Graph", same: Callable[[str], bool]) -> None:
        """Take over what another graph has found for the nodes that are the same in both."""
        self._edges = {node: found for node, found in other._edges.items() if same(node)}

    def edges(self, node: str) -> tuple[Edge, ...]:
        """The edges that begin at a node."""
        if node not in self._edges:
            self._edges[node] = tuple(self._found(node))
        return self._edges[node]

    def actor(self, node: str) -> Actor | None:
        """Who acts at a node; None where nobody does."""
        world = self.world
        kind, _, rest = node.partition(" ")
        if node == FOREIGN:
            return Actor(world, f"arn:aws:iam::{FOREIGN}:role/attacker", identity=EVERYTHING)
        if kind in ("wide", "unbound"):
            return self._changed(world.roles[rest], wide=kind == "wide")
        if kind == "made":
            arn, _, boundary = rest.partition(" ")
            limits = world.documents[f"policy {boundary}"] if boundary else None
            return Actor(world, arn, identity=EVERYTHING, boundary=limits)
        if node in world.roles:
            role = world.roles[node]
            own, limits = self._policies(role), self._boundary(role)
            return Actor(world, node, identity=own, boundary=limits, tags=role.tags)
        return None

    def _changed(self, role: Role, *, wide: bool) -> Actor:
        """A role with more permissions, or without its boundary."""
        own = self._policies(role)
        return Actor(
            self.world,
            role.arn,
            identity=(*EVERYTHING, *own) if wide else own,
            boundary=self._boundary(role) if wide else None,
            tags=role.tags,
        )

    def _policies(self, role: Role) -> Document:
        return tuple(s for key in role.policies for s in self.world.documents.get(key, ()))

    def _boundary(self, role: Role) -> Document | None:
        return self.world.documents[role.boundary] if role.boundary else None

    def _found(self, node: str) -> Iterator[Edge]:
        yield from self._fixed.get(node, ())
        actor = self.actor(node)
        if actor is None:
            return
        everything = made(f"arn:aws:iam::{actor.account}:role/administrator", "")
        administers = actor.boundary is None and actor.identity[:1] == EVERYTHING
        if administers and node not in (everything, FOREIGN):
            # What an administrator can do is the same for each; whom he is trusted as is not.
            yield Edge(everything, f"administers the {self.world.places[actor.account]} account")
            yield from self.capabilities.assumes(actor)
            return
        yield from self.capabilities.of(actor)
        if node != FOREIGN:
            yield from exits(self.world, actor)
