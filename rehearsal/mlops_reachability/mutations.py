"""Policies with one statement dropped or widened: what each of them holds, told by what changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mlops_commons.iam.evaluation import listed
from mlops_reachability.model import World
from mlops_reachability.reach import Graph
from mlops_reachability.starts import Target
from mlops_reachability.table import Cells, cells_of

DROPPED: Final = "dropped"


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """One change of a world.

    Attributes:
        document: the key of the document; of a boundary that is taken away, the role's ARN.
        statement: its Sid, or its number.
        change: what is done to it.
    """

    document: str
    statement: str
    change: str
    world: World


def mutations(world: World) -> Iterator[Mutation]:
    """Each statement dropped and widened once, and each boundary taken away once."""
    for key, document in world.documents.items():
        for number, statement in enumerate(document):
            for change, changed in _changes(key, statement):
                kept = [s for s in (*document[:number], changed, *document[number + 1 :]) if s]
                yield Mutation(
                    document=key,
                    statement=str(statement.get("Sid", number)),
                    change=change,
                    world=replace(world, documents={**world.documents, key: tuple(kept)}),
                )
    for role in world.roles.values():
        if role.boundary:
            roles = {**world.roles, role.arn: replace(role, boundary="")}
            changed_world = replace(world, roles=roles)
            yield Mutation(
                document=role.arn, statement="", change="without boundary", world=changed_world
            )


def changed_cells(base: Graph, before: Cells, mutation: Mutation) -> frozenset[tuple[str, Target]]:
    """The cells that differ after a mutation."""
    after = cells_of(_mutated(base, mutation))
    return frozenset(set(before) ^ set(after))


def _mutated(base: Graph, mutation: Mutation) -> Graph:
    """The graph of a mutation; the edges of whom it does not concern are those of the base."""
    graph = Graph(mutation.world)
    if not mutation.document.startswith(("trust ", "resource ")):
        graph.take_edges(base, lambda node: not _concerns(mutation, node))
    return graph


def _concerns(mutation: Mutation, node: str) -> bool:
    if node.startswith("made "):
        return mutation.document.removeprefix("policy ") in node
    role = mutation.world.roles.get(node.removeprefix("wide ").removeprefix("unbound "))
    if role is None:
        return False
    keys = {*role.policies, role.boundary, role.arn}
    return mutation.document in keys


def _changes(key: str, statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What can be done to a statement; an empty one is dropped."""
    yield DROPPED, {}
    if statement["Effect"] == "Deny":
        return
    if statement.get("Condition"):
        yield "without condition", {k: v for k, v in statement.items() if k != "Condition"}
    if key.startswith("trust "):
        yield "trusting everybody", {**statement, "Principal": {"AWS": "*"}}
        return
    if "*" not in listed(statement.get("Resource", "*")):
        yield "on every resource", {**statement, "Resource": "*"}
    yield "every action", {**statement, "Action": "*"}
