"""A graph in Graphviz's language: the one place that knows how pictures look."""

from collections.abc import Iterator
from html import escape
from typing import Final

from mlops_commons.diagrams.graph import Edge, EdgeKind, Graph, Group, Node, NodeKind

FONT: Final = "Helvetica,Arial,sans-serif"
INK: Final = "#1f2933"
QUIET: Final = "#616e7c"
LINE: Final = "#9aa5b1"
FRAME: Final = "#cbd2d9"
FILLS: Final = ("#f5f7fa", "#ffffff")
"""Frames in frames are told apart by turns."""

BLUE, GREEN, ORANGE, PURPLE, RED, TEAL = (
    *("#2b5fab", "#2f7d4f", "#b45309", "#6b46a8", "#b03a48", "#0f766e"),
)
COLOURS: Final = {
    NodeKind.ACTION: BLUE,
    NodeKind.APPROVAL: RED,
    NodeKind.BUCKET: GREEN,
    NodeKind.DEPLOYMENT: ORANGE,
    NodeKind.ENDPOINT: PURPLE,
    NodeKind.GATEWAY: ORANGE,
    NodeKind.IMAGES: GREEN,
    NodeKind.PIPELINE: BLUE,
    NodeKind.PORTFOLIO: PURPLE,
    NodeKind.PROJECT: TEAL,
    NodeKind.REGISTRY: TEAL,
    NodeKind.REPOSITORY: GREEN,
    NodeKind.ROLE: RED,
    NodeKind.SECURITY_GROUP: RED,
    NodeKind.SOURCE: GREEN,
    NodeKind.STACK: ORANGE,
    NodeKind.STUDIO: TEAL,
    NodeKind.SUBNET: GREEN,
    NodeKind.TEST: BLUE,
    NodeKind.TOPIC: RED,
}
EDGES: Final = {
    EdgeKind.FLOW: f'color="{INK}" penwidth=1.1',
    EdgeKind.TRUST: f'color="{RED}" penwidth=1.1 style=dashed',
    EdgeKind.USE: f'color="{LINE}" penwidth=1.0',
}
COLUMNS: Final = 2
"""Of the grid of items in a box."""


def dot(graph: Graph) -> str:
    """The graph as text for Graphviz; equal graphs give equal texts."""
    numbers = {node.key: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = [
        "digraph {",
        f'  graph [rankdir={graph.direction.value} bgcolor="white" pad=0.2 nodesep=0.22 '
        f'ranksep=0.55 fontname="{FONT}" fontsize=11 fontcolor="{INK}" newrank=true '
        f'label=<<B>{escape(graph.title)}</B>> labelloc=t labeljust=l tooltip=" "]',
        f'  node [shape=plain fontname="{FONT}" fontsize=10 fontcolor="{INK}"]',
        f'  edge [fontname="{FONT}" fontsize=9 fontcolor="{QUIET}" arrowsize=0.6]',
        *_content(graph, "", 0, numbers),
        *(_edge(edge, numbers) for edge in graph.edges),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _content(graph: Graph, parent: str, depth: int, numbers: dict[str, str]) -> Iterator[str]:
    """The frames and boxes directly inside a frame."""
    indent = "  " * (depth + 1)
    for node in graph.nodes:
        if node.group == parent:
            yield f'{indent}{numbers[node.key]} [label=<{_label(node)}> tooltip="{node.kind.value}"]'
    for number, group in enumerate(graph.groups):
        if group.parent == parent:
            yield f"{indent}subgraph cluster_{number} {{"
            yield (
                f'{indent}  graph [style="rounded,filled" fillcolor="{FILLS[depth % 2]}" '
                f'color="{FRAME}" margin=10 labeljust=l label=<{_heading(group)}>]'
            )
            yield from _content(graph, group.key, depth + 1, numbers)
            yield f"{indent}}}"


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
    return (
        f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2" STYLE="ROUNDED" '
        f'COLOR="{colour}" BGCOLOR="white">{"".join(rows)}</TABLE>'
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
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">{body}</TABLE>'


def _edge(edge: Edge, numbers: dict[str, str]) -> str:
    label = f' label="{escape(edge.label)}"' if edge.label else ""
    ends = f"{numbers[edge.source]} -> {numbers[edge.target]}"
    return f"  {ends} [{EDGES[edge.kind]}{label}]"
