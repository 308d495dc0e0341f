"""A graph in Graphviz's language: the one place that knows how pictures look."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Final

from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind

FONT: Final = "DejaVu Sans"
"""The widest of the usual fonts: text in any of them fits a box that is made for it."""
INK: Final = "#1f2933"
QUIET: Final = "#616e7c"
LINE: Final = "#9aa5b1"
FRAME: Final = "#cbd2d9"
FILLS: Final = ("#f5f7fa", "#ffffff")
"""Frames in frames are told apart by turns."""

BLUE, GREEN, ORANGE, PURPLE, RED, TEAL = (
    *("#2b5fab", "#2f7d4f", "#a35200", "#6b46a8", "#b03a48", "#0f6b66"),
)
COLOURS: Final = {
    NodeKind.ACTION: BLUE,
    NodeKind.APPROVAL: RED,
    NodeKind.BUCKET: GREEN,
    NodeKind.DEPLOYMENT: ORANGE,
    NodeKind.ENDPOINT: BLUE,
    NodeKind.GATEWAY: ORANGE,
    NodeKind.IMAGES: GREEN,
    NodeKind.PIPELINE: BLUE,
    NodeKind.PORTFOLIO: TEAL,
    NodeKind.PROJECT: TEAL,
    NodeKind.REGISTRY: TEAL,
    NodeKind.REPOSITORY: GREEN,
    NodeKind.ROLE: PURPLE,
    NodeKind.SECURITY_GROUP: PURPLE,
    NodeKind.SOURCE: GREEN,
    NodeKind.STACK: ORANGE,
    NodeKind.STUDIO: TEAL,
    NodeKind.SUBNET: GREEN,
    NodeKind.TEST: BLUE,
    NodeKind.TOPIC: BLUE,
}
EDGES: Final = {
    EdgeKind.FLOW: f'color="{INK}" penwidth=1.1',
    EdgeKind.TRUST: f'color="{PURPLE}" penwidth=1.1 style=dashed',
    EdgeKind.USE: f'color="{LINE}" penwidth=1.0',
}
COLUMNS: Final = 3
"""Of the grid of items in a box."""


def dot(graph: Graph) -> str:
    """The graph as text for Graphviz; equal graphs give equal texts."""
    keys = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    keys |= {group.key: f"cluster_{number}" for number, group in enumerate(graph.groups)}
    lines = [
        "digraph {",
        f'  graph [rankdir={graph.direction.value} bgcolor="white" pad=0.2 nodesep=0.22 '
        f'ranksep=0.55 fontname="{FONT}" fontsize=11 fontcolor="{INK}" newrank=true '
        f'compound=true label=<<B>{escape(graph.title)}</B>> labelloc=t labeljust=l tooltip=" "]',
        f'  node [shape=plain fontname="{FONT}" fontsize=10 fontcolor="{INK}"]',
        f'  edge [fontname="{FONT}" fontsize=9 fontcolor="{QUIET}" arrowsize=0.6]',
        *_content(graph, "", 1, keys),
        *_stacks(graph, keys),
        *_rows(graph, keys),
        *(_edge(graph, edge, keys) for edge in graph.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _content(graph: Graph, parent: str, depth: int, keys: dict[str, str]) -> Iterator[str]:
    """The frames and boxes directly inside a frame."""
    indent = "  " * depth
    for node in graph.nodes:
        if node.group == parent:
            yield f'{indent}{keys[node.key]} [label=<{_label(node)}> tooltip="{node.kind.value}"]'
    for group in graph.groups:
        if group.parent == parent:
            yield f"{indent}subgraph {keys[group.key]} {{"
            yield (
                f'{indent}  graph [style="rounded,filled" fillcolor="{FILLS[depth % 2]}" '
                f'color="{FRAME}" margin=10 labeljust=l label=<{_heading(group)}>]'
            )
            if group.stacked:
                members = " ".join(
                    keys[node.key] for node in graph.nodes if node.group == group.key
                )
                yield f"{indent}  {{ rank=same {members} }}"
            yield from _content(graph, group.key, depth + 1, keys)
            yield f"{indent}}}"


def _stacks(graph: Graph, keys: dict[str, str]) -> Iterator[str]:
    """Graphviz puts the end of an edge within a rank above its beginning, so these lead upwards."""
    drawn = {(edge.source, edge.target) for edge in graph.edges}
    for group in graph.groups:
        if group.stacked:
            members = [node.key for node in graph.nodes if node.group == group.key]
            for upper, lower in pairwise(members):
                if (upper, lower) not in drawn:
                    yield f"  {keys[lower]} -> {keys[upper]} [style=invis]"


def _rows(graph: Graph, keys: dict[str, str]) -> Iterator[str]:
    for row in graph.rows:
        for left, right in pairwise(row):
            yield f"  {keys[left]} -> {keys[right]} [style=invis weight=20]"


def _heading(group: Group) -> str:
    title = f"<B>{escape(group.title)}</B>"
    subtitle = f'  <FONT COLOR="{QUIET}" POINT-SIZE="9">{escape(group.subtitle)}</FONT>'
    return title + subtitle if group.subtitle else title


def _label(node: Node) -> str:
    colour = COLOURS[node.kind]
    rows = [
        f'<TR><TD ALIGN="LEFT"><FONT COLOR="{colour}" POINT-SIZE="8">'
        f"{escape(node.kind.value)}</FONT></TD></TR>",
        f'<TR><TD ALIGN="LEFT"><B>{escape(node.title)}</B></TD></TR>',
        *(
            f'<TR><TD ALIGN="LEFT"><FONT COLOR="{QUIET}" POINT-SIZE="9">{escape(line)}</FONT>'
            "</TD></TR>"
            for line in node.details
        ),
    ]
    if node.items:
        rows.append(f"<TR><TD>{_grid(node.items)}</TD></TR>")
    inner = (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{"".join(rows)}</TABLE>'
    )
    return (
        f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="5" STYLE="ROUNDED" '
        f'COLOR="{colour}" BGCOLOR="white"><TR><TD>{inner}</TD></TR></TABLE>'
    )


def _grid(items: tuple[str, ...]) -> str:
    rows = [items[start : start + COLUMNS] for start in range(0, len(items), COLUMNS)]
    cells = (
        "".join(
            f'<TD ALIGN="LEFT"><FONT COLOR="{QUIET}" POINT-SIZE="9">{escape(item)}</FONT></TD>'
            for item in row
        )
        for row in rows
    )
    body = "".join(f"<TR>{row}</TR>" for row in cells)
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{body}</TABLE>'


def _edge(graph: Graph, edge: Edge, keys: dict[str, str]) -> str:
    source, target = (_end(graph, key) for key in (edge.source, edge.target))
    attributes = [EDGES[edge.kind]]
    attributes += [f'label="{escape(edge.label)}"'] * bool(edge.label)
    attributes += [f"ltail={keys[edge.source]}"] * (source != edge.source)
    attributes += [f"lhead={keys[edge.target]}"] * (target != edge.target)
    attributes += ["constraint=false"] * edge.back
    ends = [keys[source], keys[target]]
    if _within_stack(graph, edge):
        ends.reverse()
        attributes.append("dir=back")
    return f"  {' -> '.join(ends)} [{' '.join(attributes)}]"


def _end(graph: Graph, key: str) -> str:
    """The node that stands for a frame: the middle one in it."""
    members = [node.key for node in graph.nodes if node.group == key]
    return members[len(members) // 2] if members else key


def _within_stack(graph: Graph, edge: Edge) -> bool:
    stacked = {group.key for group in graph.groups if group.stacked}
    frames = {node.key: node.group for node in graph.nodes}
    frame = frames.get(edge.source)
    return frame in stacked and frame == frames.get(edge.target)
