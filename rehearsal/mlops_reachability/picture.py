"""The graph at the level of classes: who reaches what, for people who look rather than read."""

from typing import Final

from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind
from mlops_reachability.starts import Target
from mlops_reachability.table import ReachTable

GROUPS: Final = (
    ("people", "People in Studio", "persona ", NodeKind.STUDIO),
    ("pushers", "Whoever may push", "pusher to ", NodeKind.REPOSITORY),
    ("code", "Code that runs", "code that runs as ", NodeKind.ROLE),
    ("others", "Others", "", NodeKind.SOURCE),
)
KINDS: Final = {
    Target.OWN: NodeKind.PROJECT,
    Target.OTHER: NodeKind.PROJECT,
    Target.PERSONAS: NodeKind.ROLE,
    Target.PLATFORM: NodeKind.ROLE,
    Target.EXIT: NodeKind.GATEWAY,
}


def picture(reach: ReachTable) -> Graph:
    """An arrow for each class of targets that a class of starts reaches."""
    groups: dict[str, set[Target]] = {}
    members: dict[str, list[str]] = {}
    for start in reach.starts:
        key, title = _group(start)
        reached = {row.target for row in reach.rows if row.start == start and row.products}
        # Starts of one kind with the same reach share a box.
        box = f"{key}: {', '.join(sorted(reached))}"
        groups[box] = reached
        members.setdefault(box, []).append(title)
    boxes = {box: f"b{number}" for number, box in enumerate(groups)}
    present = {box.partition(":")[0] for box in groups}
    kinds = {key: kind for key, _, _, kind in GROUPS}
    return Graph(
        title="Who reaches what, with the worst code and every permission used",
        groups=(
            *(Group(key=key, title=title) for key, title, _, _ in GROUPS if key in present),
            Group(key="targets", title="What is reached"),
        ),
        columns=(tuple(key for key, *_ in GROUPS if key in present), ("targets",)),
        nodes=(
            *(
                Node(
                    key=boxes[box],
                    kind=kinds[box.partition(":")[0]],
                    title=titles[0],
                    details=tuple(titles[1:]),
                    group=box.partition(":")[0],
                )
                for box, titles in members.items()
            ),
            *(
                Node(
                    key=kind.name,
                    kind=KINDS.get(kind, NodeKind.STACK),
                    title=kind.value,
                    group="targets",
                )
                for kind in Target
            ),
        ),
        edges=tuple(
            Edge(source=boxes[box], target=kind.name, kind=EdgeKind.FLOW)
            for box, reached in groups.items()
            for kind in Target
            if kind in reached
        ),
    )


def _group(start: str) -> tuple[str, str]:
    for key, _, prefix, _ in GROUPS:
        if start.startswith(prefix):
            return key, start.removeprefix(prefix)
    return "others", start
